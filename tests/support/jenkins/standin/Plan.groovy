/** Jobs to make, and builds to run side by side: job, file, params; abort (when its log has that text), agent_dies (the same; once for each agent). */
class Plan {
    final Map given
    final Jenkins jenkins

    Plan(Map given) {
        this.given = given
        jenkins = new Jenkins(given)
    }

    List<Map> run() {
        (given.jobs ?: []).each { new JobDsl(jenkins).run(it as String) }
        List<Map> wanted = (given.builds as List<Map>).collect { placed(it) }
        List<Build> builds = wanted.collect { new Build(jenkins, it) }
        List<Thread> threads = builds.collect { Build build -> Thread.start { start(build) } }
        threads*.join()
        builds*.afterwards.flatten()*.join()
        builds*.answer
    }

    /** A job that was made says where its pipeline is. */
    private Map placed(Map one) {
        Map made = jenkins.made(one.job as String)
        String scm = one.scm ?: given.repositories[made.remote]
        one + [scm: scm, file: one.file ?: "$scm/${made.scriptPath}".toString()]
    }

    private void start(Build build) {
        Map one = build.given
        if (one.abort) {
            watch(build, one.abort as String) { build.abort() }
        }
        if (one.agent_dies) {
            watch(build, one.agent_dies as String) { build.agents.find { it.label == (one.label ?: 'deploy') && !it.dead && build.leaves.any { leaf -> leaf.context.agent == it } }?.die() }
        }
        new Runner(build).run(new File(one.file as String), (one.params ?: [:]) as Map)
    }

    private void watch(Build build, String text, Closure then) {
        Thread watcher = new Thread({
            while (build.result == null || !new File(build.folder, 'build.json').exists()) {
                if (build.log.contains(text)) {
                    then.call()
                    return
                }
                Thread.sleep(30)
            }
        })
        watcher.daemon = true
        watcher.start()
    }
}
