import groovy.json.JsonOutput

import java.util.concurrent.ConcurrentHashMap

/** One build: its number, log, result, artifacts, and what of it runs just now. */
class Build {
    static final List<String> RESULTS = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED']

    /** A step that runs now and can be stopped. */
    static class Leaf {
        final Context context
        volatile Interrupted why

        Leaf(Context context) { this.context = context }
    }

    final Jenkins jenkins
    final Map given // of the plan: job, file, params, scm, grace
    final String job
    final int number
    final File folder
    final Map<String, Object> params = [:]
    final Map<String, String> parameterEnvironment = [:]
    final Map<String, List<String>> choices = [:] // what the lists of Run parameters show
    final Map<String, String> global = [:] // what env.X = sets
    final Map<String, Map<String, byte[]>> stashes = new ConcurrentHashMap<>()
    final Set<Leaf> leaves = ConcurrentHashMap.newKeySet()
    final List<Agent> agents = Collections.synchronizedList([])
    final List<Map> tests = Collections.synchronizedList([])
    final List<String> pages = Collections.synchronizedList([])
    final List<Thread> afterwards = Collections.synchronizedList([])
    String result
    String description
    String displayName
    Interrupted aborted
    List triggers = []
    Map options = [:]
    private final StringBuffer said = new StringBuffer()

    Build(Jenkins jenkins, Map given) {
        this.jenkins = jenkins
        this.given = given
        job = given.job
        File builds = new File(jenkins.home, "jobs/$job/builds")
        synchronized (Build) {
            builds.mkdirs()
            number = 1 + (builds.list().findAll { it.isInteger() }.collect { it as int }.max() ?: 0)
            folder = new File(builds, "$number")
            folder.mkdir()
        }
        displayName = "#$number"
    }

    /** The folder that the job is in, "" for none. */
    String getParent() { job.contains('/') ? job.substring(0, job.lastIndexOf('/')) : '' }

    File getScm() { new File(given.scm as String) }

    double getGrace() { (given.grace == null ? 20 : given.grace) as double }

    File getArchive() { new File(folder, 'archive') }

    String getUrl() { "http://jenkins.example.com/job/${job.replace('/', '/job/')}/$number/" }

    Map<String, String> getEnvironment() {
        [BUILD_NUMBER: "$number", JOB_NAME: job, BUILD_TAG: "jenkins-$job-$number".replace('/', '-'), BUILD_URL: url, JENKINS_URL: 'http://jenkins.example.com/',
         BUILD_ID: "$number", BUILD_DISPLAY_NAME: displayName, JOB_BASE_NAME: job - "$parent/", CI: 'true'].collectEntries { k, v -> [k, v as String] } +
            parameterEnvironment + global
    }

    void say(String text) {
        said.append(text).append('\n')
        new File(folder, 'log').append(text + '\n', 'UTF-8')
    }

    String getLog() { said.toString() }

    void worsen(String to) {
        if (!(to in RESULTS)) { throw new Refused("no result is called $to") }
        if (result == null || RESULTS.indexOf(to) > RESULTS.indexOf(result)) { result = to }
    }

    void background(Closure body) { afterwards << Thread.start(body) }

    /** Stops what runs now, as the red button does; what comes after (post, finally) runs as ever. */
    void abort(String why = 'Aborted by somebody') {
        say(why)
        aborted = new Interrupted(why)
        stop(aborted) { true }
    }

    void stop(Interrupted why, Closure<Boolean> which) {
        leaves.findAll { which(it.context) }.each { it.why = it.why ?: why }
    }

    def <T> T asLeaf(Closure<T> body) {
        Leaf leaf = new Leaf(Context.here())
        leaves << leaf
        try {
            return body.call(leaf)
        } finally {
            leaves.remove(leaf)
        }
    }

    Map getAnswer() {
        [job: job, number: number, result: result, description: description, displayName: displayName, folder: folder.path,
         tests: tests, pages: pages, triggers: triggers, params: params.collectEntries { k, v -> [k, "$v".toString()] },
         choices: choices, options: options.keySet() as List]
    }

    void finish() {
        result = result ?: 'SUCCESS'
        synchronized (Build) {
            new File(folder, 'build.json').text = JsonOutput.toJson(answer)
            jenkins.discard(job, (options.buildDiscarder?.numToKeepStr ?: jenkins.made(job).kept ?: '-1') as int)
        }
        say("Finished: $result")
    }
}
