/** What a Jenkinsfile, a variable of a library and a loaded file are: scripts whose unknown words are steps. */
abstract class PipelineScript extends Script {
    Runner getRunner() { binding.getVariable('runner') as Runner }

    def methodMissing(String name, Object arguments) { runner.call(this, name, arguments as Object[]) }

    @Override
    Object getProperty(String name) {
        if (name in ['binding', 'metaClass', 'class', 'runner']) { return super.getProperty(name) }
        Map found = runner.variable(this, name)
        if (found) { return found.value }
        super.getProperty(name)
    }
}
