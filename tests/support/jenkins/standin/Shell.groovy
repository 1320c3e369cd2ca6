import java.util.concurrent.TimeUnit

/**
 * The step sh as Jenkins' durable tasks run it: a wrapper outside the cookie, the script inside it, both with their
 * output in files; stopped by one round of SIGTERM and left alone after 20 s ("After 20s process did not stop").
 */
class Shell {
    private final Context context
    private final Build build
    private final String script
    private final boolean returnStdout
    private final boolean returnStatus
    private final String cookie = "durable-${UUID.randomUUID().toString().replace('-', '')}"
    private final File control
    private Process started
    private long told = 0

    Shell(Context context, String script, boolean returnStdout, boolean returnStatus) {
        this.context = context
        this.build = context.build
        this.script = script
        this.returnStdout = returnStdout
        this.returnStatus = returnStatus
        control = new File("${context.agent.workspace}@tmp/$cookie")
    }

    def run() {
        start()
        Interrupted why = build.asLeaf { Build.Leaf leaf -> watch(leaf) } as Interrupted
        if (why != null && !result.exists()) { throw why }
        tell()
        int code = result.text.trim() as int
        String out = returnStdout ? new File(control, 'output.txt').getText('UTF-8') : ''
        control.deleteDir()
        if (why == null && (returnStatus || code == 0)) { return returnStatus ? code : (returnStdout ? out : null) }
        if (returnStdout) { build.say(out) }
        build.say("script returned exit code $code")
        throw why ?: new Failed("script returned exit code $code")
    }

    private File getResult() { new File(control, 'jenkins-result.txt') }

    private File getLog() { new File(control, 'jenkins-log.txt') }

    private void start() {
        control.mkdirs()
        log.createNewFile()
        File file = new File(control, 'script.sh')
        file.setText(script, 'UTF-8')
        String how = "sh -xe '$file'"
        if (script.startsWith('#!')) {
            file.setExecutable(true)
            how = "'$file'"
        }
        String to = returnStdout ? "> '$control/output.txt' 2> '$log'" : "> '$log' 2>&1"
        String wrapper = "jsc=$cookie; JENKINS_SERVER_COOKIE=\$jsc $how $to < /dev/null; echo \$? > '${result}.tmp'; mv '${result}.tmp' '$result'"
        ProcessBuilder builder = new ProcessBuilder('setsid', 'sh', '-c', wrapper).directory(context.folder)
        builder.environment().clear()
        builder.environment().putAll(Steps.environmentOf(context).findAll { it.value != null })
        builder.environment().put('JENKINS_SERVER_COOKIE', 'please-do-not-kill-me')
        started = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start()
    }

    /** Until it ended (null), or was stopped and has ended or not (why). */
    private Interrupted watch(Build.Leaf leaf) {
        Long deadline = null
        while (!result.exists()) {
            tell()
            if (context.agent.dead) { throw new Interrupted("Agent ${context.agent.label} was removed", true) }
            if (leaf.why && deadline == null) {
                build.say('Sending interrupt signal to process')
                deadline = System.nanoTime() + (build.grace * 1_000_000_000L) as long
                build.background { Processes.killAll('JENKINS_SERVER_COOKIE', cookie) }
            }
            if (deadline && System.nanoTime() > deadline) {
                build.say("After ${build.grace}s process did not stop")
                return leaf.why
            }
            if (started.waitFor(100, TimeUnit.MILLISECONDS)) { TimeUnit.MILLISECONDS.sleep(10) }
        }
        leaf.why
    }

    private void tell() {
        byte[] bytes = log.bytes
        int end = result.exists() ? bytes.length : lastNewline(bytes)
        if (end > told) {
            build.say(new String(bytes, told as int, (end - told) as int, 'UTF-8').replaceAll(/\n$/, ''))
            told = end
        }
    }

    private static int lastNewline(byte[] bytes) {
        int end = bytes.length
        while (end > 0 && bytes[end - 1] != (byte) 10) { end-- }
        end
    }
}
