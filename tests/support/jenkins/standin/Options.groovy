/** options { }. */
class Options {
    final Map found

    Options(Map found) { this.found = found }

    def logRotator(Map given) {
        Map unknown = given.findAll { !(it.key in ['numToKeepStr', 'daysToKeepStr', 'artifactNumToKeepStr', 'artifactDaysToKeepStr']) }
        if (unknown) { throw new Refused("logRotator: no parameter ${unknown.keySet()}") }
        given
    }

    def methodMissing(String name, Object arguments) {
        if (!(name in Declarative.OPTIONS)) { throw new Refused("Invalid option type \"$name\". Valid option types: ${Declarative.OPTIONS}") }
        Object[] given = arguments as Object[]
        found[name] = given.length == 1 ? given[0] : (given.length ? given as List : true)
    }
}
