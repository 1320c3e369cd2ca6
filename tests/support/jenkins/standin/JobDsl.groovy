import groovy.json.JsonOutput

/**
 * The Job DSL of configuration as code: folders and pipeline jobs, kept in the home as what a build of theirs needs. The words, and how
 * deep each may stand, are those of the plugin's own sources; another one is refused.
 */
class JobDsl {
    /** Block -> what may stand in it. One that is no key takes arguments. */
    static final Map<String, List<String>> BLOCKS = [
        folder: ['displayName', 'description', 'properties'],
        'folder/properties': ['authorizationMatrix'],
        authorizationMatrix: ['inheritanceStrategy', 'entries'],
        inheritanceStrategy: ['inheriting', 'inheritingGlobal', 'nonInheriting'],
        entries: ['group', 'user'],
        group: ['name', 'permissions'],
        user: ['name', 'permissions'],
        pipelineJob: ['displayName', 'description', 'logRotator', 'parameters', 'properties', 'definition'],
        logRotator: ['numToKeep', 'daysToKeep', 'artifactNumToKeep', 'artifactDaysToKeep'],
        parameters: ['stringParam', 'booleanParam', 'choiceParam', 'runParam'],
        'pipelineJob/properties': ['pipelineTriggers'],
        pipelineTriggers: ['triggers'],
        triggers: ['cron'],
        cron: ['spec'],
        definition: ['cpsScm'],
        cpsScm: ['scm', 'scriptPath', 'lightweight'],
        scm: ['git'],
        git: ['remote', 'branch'],
        remote: ['url', 'credentials'],
    ]
    static final List<String> RIGHTS = ['Job/Read', 'Job/Build', 'Job/Cancel', 'Job/Workspace', 'Job/Discover']

    private final Jenkins jenkins

    JobDsl(Jenkins jenkins) { this.jenkins = jenkins }

    void run(String text) {
        Script script = new GroovyShell(JobDsl.classLoader).parse(text)
        DslLevel top = new DslLevel(['folder', 'pipelineJob'], '')
        script.metaClass.methodMissing = { String name, arguments -> top.invokeMethod(name, arguments) }
        script.run()
        top.found.each { DslCall one -> one.name == 'folder' ? folder(one) : job(one) }
    }

    private void folder(DslCall one) {
        Map rights = one.all('properties/authorizationMatrix/entries/group').collectEntries { [it.one('name'), it.one('permissions')] }
        rights.values().flatten().each { if (!(it in RIGHTS)) { throw new Refused("no permission is called $it") } }
        keep(one, 'folder.json', [rights: rights])
    }

    private void job(DslCall one) {
        String parent = one.arguments[0].contains('/') ? one.arguments[0].replaceAll('/[^/]*\$', '') : ''
        if (parent && !new File(jenkins.home, "jobs/$parent/folder.json").exists()) { throw new Refused("no folder is called $parent") }
        List<Map> parameters = one.all('parameters').collectMany { it.inner }.collect { parameter(it) }
        List triggers = one.all('properties/pipelineTriggers/triggers/cron').collectMany { new Triggers().with { t -> t.cron(it.one('spec')); t.found } }
        DslCall scm = one.all('definition/cpsScm')[0]
        keep(one, 'job.json', [parameters: parameters, triggers: triggers, kept: one.all('logRotator')*.one('numToKeep')[0],
            scriptPath: scm.one('scriptPath'), remote: scm.all('scm/git/remote')[0].one('url'), branch: scm.all('scm/git')[0].one('branch')])
    }

    private static Map parameter(DslCall one) {
        List a = one.arguments
        switch (one.name) {
            case 'stringParam': return [type: 'string', name: a[0], defaultValue: a[1], description: a[2]]
            case 'booleanParam': return [type: 'booleanParam', name: a[0], defaultValue: a[1], description: a[2]]
            case 'choiceParam': return [type: 'choice', name: a[0], choices: a[1], description: a[2]]
            case 'runParam': return [type: 'run', name: a[0], projectName: a[1], description: a[2], filter: a[3]]
        }
    }

    private void keep(DslCall one, String file, Map content) {
        File place = new File(jenkins.home, "jobs/${one.arguments[0]}")
        place.mkdirs()
        new File(place, file).text = JsonOutput.toJson(content)
    }
}
