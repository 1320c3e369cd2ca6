/** {@code env}: reading sees what a step would see; writing is for the rest of the build. */
class Env {
    private final Steps steps

    Env(Steps steps) { this.steps = steps }

    Object getProperty(String name) { Steps.environmentOf(Context.here())[name] }

    void setProperty(String name, Object value) { steps.build.global[name] = "$value".toString() }

    Object getAt(String name) { getProperty(name) }

    void putAt(String name, Object value) { setProperty(name, value) }

    Map<String, String> getEnvironment() { Steps.environmentOf(Context.here()) }
}
