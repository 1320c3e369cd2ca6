import groovy.json.JsonSlurperClassic

/** The controller: a home on disk, where jobs keep their builds, so that a later virtual machine finds them. */
class Jenkins {
    final File home
    final Map<String, String> libraries
    final Map<String, String> environment
    final Locks locks

    Jenkins(Map given) {
        home = new File(given.home as String)
        home.mkdirs()
        libraries = given.libraries as Map<String, String>
        environment = given.environment as Map<String, String>
        locks = new Locks(home)
    }

    /** The builds of a job that ended, newest first. */
    List<Map> builds(String job) {
        File folder = new File(home, "jobs/$job/builds")
        if (!folder.isDirectory()) { return null }
        folder.listFiles().findAll { new File(it, 'build.json').exists() }
            .collect { new JsonSlurperClassic().parseText(new File(it, 'build.json').text) as Map }.sort { -(it.number as int) }
    }

    /** What a Run parameter's list shows: successful builds that are kept, newest first, by display name. */
    List<Map> successful(String job, String filter) {
        List<String> good = [STABLE: ['SUCCESS'], SUCCESSFUL: ['SUCCESS', 'UNSTABLE']][filter]
        builds(job).findAll { good == null || it.result in good }
    }
}
