/** Takes note of the calls in a closure: name -> its argument. One that is not known is refused. */
class Sections {
    final List<String> known
    final Map found

    Sections(List<String> known, Map found) {
        this.known = known
        this.found = found
    }

    def methodMissing(String name, Object arguments) {
        Object[] given = arguments as Object[]
        if (!(name in known)) { throw new Refused("Undefined section \"$name\"; here there may be ${known.join(', ')}") }
        if (found.containsKey(name)) { throw new Refused("Multiple occurrences of the section $name") }
        found[name] = given.length == 1 ? given[0] : given as List
    }

    def getAny() { 'any' }

    def getNone() { 'none' }
}
