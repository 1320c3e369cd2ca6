/** What stands in one block. */
class DslLevel {
    final List<String> known
    final String place
    final List<DslCall> found = []

    DslLevel(List<String> known, String place) {
        this.known = known
        this.place = place
    }

    def methodMissing(String name, Object given) {
        if (!(name in known)) { throw new Refused("$name does not stand in ${place ?: 'a script'}") }
        List arguments = given as List
        List<DslCall> inner = []
        if (arguments && arguments.last() instanceof Closure) {
            DslLevel level = new DslLevel(JobDsl.BLOCKS["$place/$name".toString()] ?: JobDsl.BLOCKS[name] ?: [], name)
            Closure body = (arguments.last() as Closure).rehydrate(level, null, null)
            body.resolveStrategy = Closure.DELEGATE_ONLY
            body.call()
            inner = level.found
            arguments = arguments.dropRight(1)
        }
        found << new DslCall(name: name, arguments: arguments, inner: inner)
        null
    }
}
