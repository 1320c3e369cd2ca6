/** Where a step stands: its environment, folder, agent, and the blocks around it that may be stopped as a whole. */
class Context {
    private static final ThreadLocal<Context> HERE = new ThreadLocal<>()

    Build build
    Map<String, String> env = [:]
    File folder
    Agent agent
    List<Object> scopes = []

    static Context here() { HERE.get() }

    static <T> T inside(Context context, Closure<T> body) {
        Context before = HERE.get()
        HERE.set(context)
        try {
            return body.call()
        } finally {
            HERE.set(before)
        }
    }

    Context but(Map changes) {
        new Context([build: build, env: env, folder: folder, agent: agent, scopes: scopes] + changes)
    }

    Context withEnv(Map<String, String> more) { but(env: env + more) }

    Agent needAgent(String step) {
        if (agent == null) {
            throw new Failed("Required context class hudson.FilePath is missing: $step needs a node")
        }
        agent
    }
}
