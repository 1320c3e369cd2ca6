/**
 * How Jenkins ends processes (hudson.util.ProcessTree, Linux): of a snapshot of /proc, every process whose environment
 * holds the cookie, and before it everything below it; SIGTERM, then waiting until it is gone, two minutes for one tree;
 * never SIGKILL.
 */
class Processes {
    static final long SOFT_KILL_SECONDS = 120

    final Map<Integer, Integer> parents = [:]

    Processes() {
        new File('/proc').listFiles().each { File entry ->
            if (entry.name.isInteger()) {
                Integer parent = parentOf(entry)
                if (parent != null) { parents[entry.name as int] = parent }
            }
        }
    }

    static void killAll(String name, String value) {
        Processes seen = new Processes()
        seen.parents.keySet().sort().findAll { carries(it, "$name=$value") }.each {
            seen.killTree(it, System.nanoTime() + SOFT_KILL_SECONDS * 1_000_000_000L)
        }
    }

    /** A machine that is gone: nobody is asked. */
    static void vanish(String name, String value) {
        new Processes().parents.keySet().findAll { carries(it, "$name=$value") }.each { int pid ->
            ProcessHandle.of(pid).ifPresent { it.destroyForcibly() }
        }
    }

    private void killTree(int pid, long deadline) {
        parents.findAll { it.value == pid }.keySet().sort().each { killTree(it, deadline) }
        ProcessHandle.of(pid).ifPresent { it.destroy() }
        while (new File("/proc/$pid/status").exists() && System.nanoTime() < deadline) { Thread.sleep(20) }
    }

    private static Integer parentOf(File entry) {
        try {
            return new File(entry, 'status').readLines().find { it.startsWith('PPid:') }?.substring(5)?.trim() as Integer
        } catch (IOException gone) {
            return null
        }
    }

    private static boolean carries(int pid, String pair) {
        try {
            return new File("/proc/$pid/environ").getText('ISO-8859-1').split('\0').contains(pair)
        } catch (IOException gone) {
            return false
        }
    }
}
