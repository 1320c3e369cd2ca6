import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.customizers.CompilationCustomizer
import org.codehaus.groovy.control.customizers.ImportCustomizer
import org.codehaus.groovy.runtime.InvokerHelper

/** Runs one build: compiles its scripts under the rules, finds what their words mean, says how it ended. */
class Runner {
    private static final Map<List<String>, Class> COMPILED = [:] // by text and name: the library is the same for every build
    final Build build
    final Steps steps
    final Map<String, Script> variables = [:] // the library's
    private final GroovyShell shell

    Runner(Build build) {
        this.build = build
        steps = new Steps(build, this)
        CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: PipelineScript.name)
        configuration.addCompilationCustomizers(new ImportCustomizer(), new Rules())
        shell = new GroovyShell(Runner.classLoader, new Binding(runner: this), configuration)
    }

    /** One at a time: the compiler's customizers are not made for threads. */
    Script parse(File file) {
        List<String> source = [file.getText('UTF-8'), file.name.replaceAll(/\W/, '_') + '.groovy']
        synchronized (Runner) {
            InvokerHelper.createScript(COMPILED.computeIfAbsent(source) { shell.classLoader.parseClass(*source) }, shell.context)
        }
    }

    /** @Library('name'): every file of its vars/ is a word. */
    void library(String text) {
        (text =~ /(?m)^@Library\(\s*'([^'@]+)(@[^']*)?'\s*\)\s*_/).each { List<String> found ->
            String place = build.jenkins.libraries[found[1]]
            if (place == null) { throw new Refused("no library is called ${found[1]}") }
            new File(place, 'vars').listFiles().findAll { it.name.endsWith('.groovy') }.each { File file ->
                variables[file.name - '.groovy'] = parse(file)
            }
        }
    }

    void run(File file, Map given) {
        Context.inside(new Context(build: build)) {
            try {
                library(file.getText('UTF-8'))
                Script script = parse(file)
                steps.given = given
                script.run()
            } catch (Interrupted stopped) {
                build.worsen(stopped.result)
                build.say(stopped.message)
            } catch (Throwable trouble) {
                build.worsen('FAILURE')
                build.say("${trouble instanceof Failed ? 'ERROR' : trouble.class.simpleName}: ${trouble.message}")
                if (!(trouble instanceof Failed || trouble instanceof Refused)) { build.say(stack(trouble)) }
            }
        }
        build.finish()
    }

    private static String stack(Throwable trouble) {
        trouble.stackTrace.findAll { it.fileName?.endsWith('.groovy') }.take(12).collect { "    at $it" }.join('\n')
    }

    /** What a word without arguments means: [value: ...] or null. */
    Map variable(Script asking, String name) {
        if (variables.containsKey(name)) { return [value: variables[name]] }
        switch (name) {
            case 'env': return [value: steps.env]
            case 'params': return [value: build.params.asImmutable()]
            case 'currentBuild': return [value: steps.currentBuild]
            case 'scm': return [value: 'scm']
            case 'steps': return [value: steps]
        }
        null
    }

    def call(Script asking, String name, Object[] arguments) {
        if (name == 'pipeline') { return new Declarative(build, this, asking).run(arguments[0] as Closure) }
        if (variables.containsKey(name)) { return variables[name].invokeMethod('call', arguments) }
        steps.perform(name, arguments)
    }
}
