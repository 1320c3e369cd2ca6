/** Parameters: what was given, or their defaults; in params, and in the environment of every step. */
class Parameters {
    static final Map<String, List<String>> TYPES = [
        string: ['name', 'defaultValue', 'description', 'trim'],
        text: ['name', 'defaultValue', 'description'],
        booleanParam: ['name', 'defaultValue', 'description'],
        choice: ['name', 'choices', 'description'],
        run: ['name', 'projectName', 'filter', 'description'],
    ]
    private final Declarative pipeline
    private final List<Map> found = []

    Parameters(Declarative pipeline) { this.pipeline = pipeline }

    void take(Closure body, Map given) {
        found.addAll((pipeline.build.jenkins.made(pipeline.build.job).parameters ?: []) as List<Map>)
        if (body) {
            Closure copy = body.rehydrate(this, pipeline.script, pipeline.script)
            copy.resolveStrategy = Closure.DELEGATE_FIRST
            copy.call()
        }
        Set<String> unknown = given.keySet() - found*.name
        if (unknown) { throw new Refused("no parameter is called ${unknown.join(', ')}") }
        found.each { one -> "_${one.type}"(one, given.containsKey(one.name) ? given[one.name] : null) }
    }

    def methodMissing(String type, Object arguments) {
        Map given = (arguments as Object[])[0] as Map
        if (!(type in TYPES.keySet())) { throw new Refused("Invalid parameter type \"$type\"") }
        if (given.keySet() - TYPES[type]) { throw new Refused("$type: no argument ${given.keySet() - TYPES[type]}") }
        found << [type: type] + given
    }

    private void set(Map one, Object value) {
        pipeline.build.params[one.name as String] = value
        pipeline.build.parameterEnvironment[one.name as String] = "$value".toString()
    }

    private void _string(Map one, Object value) {
        String text = "${value == null ? one.defaultValue ?: '' : value}"
        set(one, one.trim ? text.trim() : text)
    }

    private void _text(Map one, Object value) { set(one, "${value == null ? one.defaultValue ?: '' : value}".toString()) }

    private void _booleanParam(Map one, Object value) { set(one, (value == null ? one.defaultValue : value) as boolean) }

    private void _choice(Map one, Object value) {
        List<String> choices = one.choices as List<String>
        if (value != null && !(value in choices)) { throw new Refused("Illegal choice for parameter ${one.name}: $value") }
        set(one, value ?: choices[0])
    }

    /**
     * RunParameterDefinition finds its job by the full name, from the root, wherever the pipeline itself is.
     * RunParameterValue: NAME is its address, NAME_NUMBER, _JOBNAME, _NAME and _RESULT what is meant.
     */
    private void _run(Map one, Object value) {
        Build build = pipeline.build
        List<Map> all = build.jenkins.builds(one.projectName as String)
        if (all == null) { throw new Refused("no job is called ${one.projectName} (its full name, from the root)") }
        List<Map> list = build.jenkins.successful(one.projectName as String, (one.filter ?: 'ALL') as String)
        build.choices[one.name as String] = list.collect { "${it.displayName}".toString() }
        Map chosen = value == null ? (list ? list[0] : null) : all.find { "${it.job}#${it.number}" == "$value" }
        if (chosen == null) { return }
        set(one, "http://jenkins.example.com/job/${(chosen.job as String).replace('/', '/job/')}/${chosen.number}/")
        build.parameterEnvironment.putAll([
            ("${one.name}_JOBNAME".toString()): chosen.job, ("${one.name}_NUMBER".toString()): "${chosen.number}".toString(),
            ("${one.name}_NAME".toString()): chosen.displayName, ("${one.name}_RESULT".toString()): chosen.result])
    }
}
