import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic

/**
 * java Main: each line of its input is the file of a plan. It runs the plan's builds, writes what became of them, or why none ran, into
 * the plan's answer, and names the plan again.
 */
System.in.eachLine('UTF-8') { String file ->
    // The classic parser: the other one's maps are filled when they are first read, and not made for threads.
    Map plan = new JsonSlurperClassic().parseText(new File(file).getText('UTF-8')) as Map
    Object answer
    try {
        answer = new Plan(plan).run()
    } catch (Throwable trouble) {
        answer = "$trouble\n${trouble.stackTrace.join('\n')}".toString()
    }
    new File(plan.answer as String).text = JsonOutput.toJson(answer)
    println file
}
