/** The stages in stages { } or parallel { }. */
class Stages {
    final Declarative pipeline
    final List<Map> found

    Stages(Declarative pipeline, List<Map> found) {
        this.pipeline = pipeline
        this.found = found
    }

    def methodMissing(String name, Object arguments) {
        Object[] given = arguments as Object[]
        if (name != 'stage' || given.length != 2) { throw new Refused("Expected a stage, not $name") }
        found << [name: "${given[0]}"] + pipeline.sectionsOf(
            given[1] as Closure, ['agent', 'options', 'environment', 'when', 'steps', 'stages', 'parallel', 'failFast', 'post'])
    }
}
