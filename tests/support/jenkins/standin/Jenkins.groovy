import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic

/** The controller: a home on disk, where jobs keep their builds, so that a later plan finds them. */
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

    /** The job of that name as a step in a folder means it: from there, else from the root. */
    String find(String name, String folder) {
        [folder ? "$folder/$name" : name, name].collect { "$it".toString() }.find { builds(it) != null }
    }

    /** LogRotator: what is older than the newest goes, but for the last successful one. */
    void discard(String job, int kept) {
        if (kept < 0) { return }
        List<Map> all = builds(job)
        Map last = all.find { it.result == 'SUCCESS' }
        all.drop(kept).findAll { it.number != last?.number }.each { Map old ->
            File file = new File(old.folder as String, 'build.json')
            file.text = JsonOutput.toJson(old + [discarded: true])
            new File(old.folder as String, 'archive').deleteDir()
        }
    }

    /** What the Job DSL made of a job; nothing for one that was made by hand. */
    Map made(String job) {
        File file = new File(home, "jobs/$job/job.json")
        file.exists() ? new JsonSlurperClassic().parseText(file.text) as Map : [:]
    }

    /** The builds of a job that ended and are kept, newest first; the job by its full name. */
    List<Map> builds(String job) {
        File folder = new File(home, "jobs/$job/builds")
        if (!folder.isDirectory()) { return made(job) ? [] : null }
        folder.listFiles().findAll { new File(it, 'build.json').exists() }
            .collect { new JsonSlurperClassic().parseText(new File(it, 'build.json').text) as Map }.findAll { !it.discarded }.sort { -(it.number as int) }
    }

    /** What a Run parameter's list shows: successful builds that are kept, newest first, by display name. */
    List<Map> successful(String job, String filter) {
        List<String> good = [STABLE: ['SUCCESS'], SUCCESSFUL: ['SUCCESS', 'UNSTABLE']][filter]
        builds(job).findAll { good == null || it.result in good }
    }
}
