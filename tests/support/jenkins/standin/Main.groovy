import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic

/**
 * java ... groovy.ui.GroovyMain Main.groovy PLAN.json: runs builds side by side and writes what became of them.
 * A build: job, file, params; abort (when its log has that text), agent_dies (the same; once for each agent).
 */
// Every class once, before there are threads: Groovy compiles a class again for a thread that asks at the same moment.
new File(getClass().protectionDomain.codeSource.location.toURI()).parentFile.list().findAll { it != 'Main.groovy' }.each {
    Class.forName(it - '.groovy', true, getClass().classLoader)
}
// The classic parser: the other one's maps are filled when they are first read, and not made for threads.
Map plan = new JsonSlurperClassic().parseText(new File(args[0]).getText('UTF-8')) as Map
Jenkins jenkins = new Jenkins(plan)

(plan.jobs ?: []).each { new JobDsl(jenkins).run(it as String) }
// A job that was made says where its pipeline is.
(plan.builds as List<Map>).each { Map one ->
    Map made = jenkins.made(one.job as String)
    one.scm = one.scm ?: plan.repositories[made.remote]
    one.file = one.file ?: "${one.scm}/${made.scriptPath}".toString()
}
List<Build> builds = (plan.builds as List<Map>).collect { new Build(jenkins, it) }
List<Thread> threads = [builds, plan.builds].transpose().collect { Build build, Map given ->
    Thread.start {
        if (given.abort) {
            watch(build, given.abort as String) { build.abort() }
        }
        if (given.agent_dies) {
            watch(build, given.agent_dies as String) { build.agents.find { it.label == (given.label ?: 'deploy') && !it.dead && build.leaves.any { leaf -> leaf.context.agent == it } }?.die() }
        }
        new Runner(build).run(new File(given.file as String), (given.params ?: [:]) as Map)
    }
}
threads*.join()
builds*.afterwards.flatten()*.join()
new File(plan.answer as String).text = JsonOutput.toJson(builds*.answer)

void watch(Build build, String text, Closure then) {
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
