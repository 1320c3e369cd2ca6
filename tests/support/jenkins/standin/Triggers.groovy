import java.time.ZoneId

/** triggers { }: when a build starts by itself; the zone and the five fields are checked. */
class Triggers {
    final List found = []

    List read(Closure body) {
        Closure copy = body.rehydrate(this, body.owner, body.thisObject)
        copy.resolveStrategy = Closure.DELEGATE_ONLY
        copy.call()
        found
    }

    def cron(String text) {
        String[] lines = text.split('\n')
        String zone = lines.length > 1 ? lines[0].trim() : ''
        if (zone && !zone.startsWith('TZ=')) { throw new Refused("cron: the first line names a zone (TZ=...), not $zone") }
        if (zone) { ZoneId.of(zone - 'TZ=') }
        String[] fields = lines[-1].trim().split(/\s+/)
        List<List<Integer>> ranges = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]]
        boolean good = fields.length == 5 && (0..4).every { n ->
            fields[n] ==~ /[*H]|\d+|\d+-\d+|\*\/\d+/ && (fields[n] =~ /\d+/).collect { it as int }.every { it in (ranges[n][0]..ranges[n][1]) }
        }
        if (!good) { throw new Refused("cron: invalid input ${lines[-1]}") }
        found << [cron: lines[-1].trim(), zone: zone - 'TZ=']
    }

    def methodMissing(String name, Object arguments) { throw new Refused("Invalid trigger type \"$name\"") }
}
