/** environment { }: NAME = value; what was set before, and everything a script sees, may be read. */
class Assignments {
    private final Script script
    private final Map<String, String> found

    Assignments(Script script, Map<String, String> found) {
        this.script = script
        this.found = found
    }

    void setProperty(String name, Object value) { found[name] = "$value".toString() }

    Object getProperty(String name) { found.containsKey(name) ? found[name] : script.getProperty(name) }
}
