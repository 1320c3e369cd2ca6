/** A node block: a workspace, a cookie that every process started in it carries, and a second round of signals at its end. */
class Agent {
    final Build build
    final String label
    final File workspace
    final String cookie = UUID.randomUUID().toString()
    volatile boolean dead = false
    private final Locks.Held held

    Agent(Build build, String label) {
        this.build = build
        this.label = label
        File root = new File(build.jenkins.home, 'workspace')
        int number = 1
        Locks.Held taken = null
        while (taken == null) {
            File candidate = new File(root, build.job + (number == 1 ? '' : "@$number"))
            taken = build.jenkins.locks.tryTake("workspace ${root.toPath().relativize(candidate.toPath())}")
            if (taken != null) { workspace = candidate }
            number++
        }
        held = taken
        workspace.mkdirs()
        build.say("Running on an agent '$label' in $workspace")
    }

    Map<String, String> getEnvironment() {
        build.jenkins.environment + [
            WORKSPACE: workspace.path, NODE_NAME: label, NODE_LABELS: label, JENKINS_NODE_COOKIE: cookie,
            EXECUTOR_NUMBER: '0',
        ]
    }

    void die() {
        dead = true
        Processes.vanish('JENKINS_NODE_COOKIE', cookie)
    }

    /** Jenkins does not wait for it: the build goes on. */
    void leave() {
        build.background {
            Processes.killAll('JENKINS_NODE_COOKIE', cookie)
            held.release()
        }
    }
}
