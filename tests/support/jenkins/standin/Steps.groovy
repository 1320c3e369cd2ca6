import java.nio.file.FileSystems
import java.nio.file.Path
import java.nio.file.PathMatcher

/** The steps that the pipelines use. One that is not here, or an argument that Jenkins does not know, is refused. */
class Steps {
    /** Step -> its single unnamed argument's name, and the named ones. */
    static final Map<String, List<String>> KNOWN = [
        sh: ['script', 'returnStdout', 'returnStatus', 'label', 'encoding'],
        echo: ['message'],
        error: ['message'],
        unstable: ['message'],
        withEnv: ['overrides'],
        lock: ['resource', 'quantity', 'inversePrecedence'],
        timeout: ['time', 'unit', 'activity'],
        retry: ['count', 'conditions'],
        node: ['label'],
        checkout: ['scm'],
        dir: ['path'],
        deleteDir: [],
        pwd: ['tmp'],
        readFile: ['file', 'encoding'],
        writeFile: ['file', 'text', 'encoding'],
        fileExists: ['file'],
        load: ['path'],
        copyArtifacts: ['projectName', 'selector', 'filter', 'target', 'flatten', 'fingerprintArtifacts', 'optional'],
        archiveArtifacts: ['artifacts', 'allowEmptyArchive', 'fingerprint', 'onlyIfSuccessful', 'excludes'],
        junit: ['testResults', 'allowEmptyResults', 'skipPublishingChecks', 'keepLongStdio'],
        publishHTML: ['target'],
        stash: ['name', 'includes', 'excludes', 'allowEmpty', 'useDefaultExcludes'],
        unstash: ['name'],
        catchError: ['message', 'buildResult', 'stageResult', 'catchInterruptions'],
        warnError: ['message', 'catchInterruptions'],
        parallel: null, // branches by name
        script: [],
        stage: ['name'],
        sleep: ['time', 'unit'],
        // not steps: what selectors and conditions are made of
        specific: ['buildNumber'],
        lastSuccessful: ['stable'],
        agent: [],
        nonresumable: [],
    ]
    static final Map<String, List<String>> PAGE = [target: [
        'reportDir', 'reportFiles', 'reportName', 'reportTitles', 'keepAll', 'alwaysLinkToLastBuild', 'allowMissing']]
    static final Map<String, Long> UNITS = [MILLISECONDS: 1L, SECONDS: 1000L, MINUTES: 60_000L, HOURS: 3_600_000L, DAYS: 86_400_000L]

    final Build build
    final Runner runner
    Map given = [:]
    final Env env = new Env(this)
    final CurrentBuild currentBuild

    Steps(Build build, Runner runner) {
        this.build = build
        this.runner = runner
        currentBuild = new CurrentBuild(build)
    }

    def perform(String name, Object[] arguments) {
        if (!KNOWN.containsKey(name)) {
            throw new Refused("No such DSL method '$name' found among steps ${KNOWN.keySet().toList().sort()}")
        }
        List rest = new ArrayList(arguments as List)
        Closure body = rest && rest.last() instanceof Closure ? rest.remove(rest.size() - 1) as Closure : null
        "_$name"(named(name, rest), body)
    }

    /** The named arguments, or the single unnamed one by its name. */
    private static Map named(String step, List rest) {
        List<String> known = KNOWN[step]
        if (rest.size() > 1) { throw new Refused("$step takes one argument or named ones, not $rest") }
        if (rest && !(rest[0] instanceof Map)) {
            if (!known) { throw new Refused("$step takes no argument") }
            return [(known[0]): rest[0]]
        }
        Map given = rest ? rest[0] as Map : [:]
        if (known != null && given.keySet() - known) {
            throw new Refused("$step: no parameter ${(given.keySet() - known).join(', ')}; it has ${known.join(', ')}")
        }
        given
    }

    static Map<String, String> environmentOf(Context context) {
        [:] + (context.agent?.environment ?: [:]) + context.build.environment + context.env
    }

    private static File file(String path) {
        File named = new File(path)
        named.absolute ? named : new File(Context.here().folder, path)
    }

    // -- words ----------------------------------------------------------------------------------------

    def _echo(Map a, Closure b) { build.say("${a.message}") }

    def _error(Map a, Closure b) { throw new Failed("${a.message}") }

    def _unstable(Map a, Closure b) {
        build.say("WARNING: ${a.message}")
        build.worsen('UNSTABLE')
    }

    def _script(Map a, Closure b) { b.call() }

    def _stage(Map a, Closure b) {
        build.say("[stage] ${a.name}")
        b.call()
    }

    def _specific(Map a, Closure b) { [number: a.buildNumber] }

    def _lastSuccessful(Map a, Closure b) { [last: true] }

    def _agent(Map a, Closure b) { 'agent' }

    def _nonresumable(Map a, Closure b) { 'nonresumable' }

    // -- blocks ---------------------------------------------------------------------------------------

    def _withEnv(Map a, Closure b) {
        Map<String, String> more = (a.overrides as List).collectEntries {
            String pair = "$it"
            if (!pair.contains('=')) { throw new Refused("withEnv takes NAME=value, not $pair") }
            [pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1)]
        }
        Context.inside(Context.here().withEnv(more)) { b.call() }
    }

    def _dir(Map a, Closure b) {
        Context.here().needAgent('dir')
        Context.inside(Context.here().but(folder: file("${a.path}"))) {
            Context.here().folder.mkdirs()
            b.call()
        }
    }

    def _lock(Map a, Closure b) {
        String name = "lock ${a.resource}"
        Locks.Held held = build.jenkins.locks.tryTake(name)
        if (held == null) {
            build.say("[${a.resource}] is locked, waiting...")
            held = build.asLeaf { Build.Leaf leaf ->
                Locks.Held got = null
                while (got == null) {
                    if (leaf.why) { throw leaf.why }
                    Thread.sleep(100)
                    got = build.jenkins.locks.tryTake(name)
                }
                got
            } as Locks.Held
        }
        build.say("Lock acquired on [${a.resource}]")
        try {
            return b.call()
        } finally {
            held.release()
            build.say("Lock released on resource [${a.resource}]")
        }
    }

    def _timeout(Map a, Closure b) {
        if (!((a.unit ?: 'MINUTES') in UNITS)) { throw new Refused("timeout: no unit ${a.unit}") }
        long milliseconds = ((a.time as BigDecimal) * UNITS[a.unit ?: 'MINUTES']) as long
        Object scope = new Object()
        Timer timer = new Timer(true)
        timer.schedule({
            build.say('Cancelling nested steps due to timeout')
            build.stop(new Interrupted('Timeout has been exceeded')) { scope in it.scopes }
        } as TimerTask, milliseconds)
        try {
            return Context.inside(Context.here().but(scopes: Context.here().scopes + [scope])) { b.call() }
        } finally {
            timer.cancel()
        }
    }

    def _retry(Map a, Closure b) {
        int left = a.count as int
        while (true) {
            try {
                return b.call()
            } catch (Interrupted stopped) {
                left--
                if (left < 1 || !(stopped.agentLost && 'agent' in (a.conditions ?: []))) { throw stopped }
            } catch (Failed | Refused trouble) {
                left--
                if (left < 1 || a.conditions) { throw trouble }
            }
            build.say('Retrying')
        }
    }

    def _node(Map a, Closure b) {
        Agent agent = new Agent(build, "${a.label ?: 'any'}")
        build.agents << agent
        Context inside = Context.here().but(agent: agent, folder: agent.workspace)
        try {
            return Context.inside(inside) { b.call() }
        } finally {
            agent.leave()
        }
    }

    def _catchError(Map a, Closure b) {
        try {
            b.call()
        } catch (Interrupted stopped) {
            if (a.catchInterruptions != false && stopped.agentLost) {
                build.say("ERROR: ${stopped.message}")
                build.worsen((a.buildResult ?: 'FAILURE') as String)
                return null
            }
            throw stopped
        } catch (Failed | Refused trouble) {
            build.say("ERROR: ${trouble.message}")
            build.worsen((a.buildResult ?: 'FAILURE') as String)
        }
        null
    }

    def _warnError(Map a, Closure b) { _catchError(a + [buildResult: 'UNSTABLE'], b) }

    def _parallel(Map a, Closure b) {
        boolean failFast = a.failFast as boolean
        Context from = Context.here()
        Object scope = new Object()
        Map<String, Throwable> troubles = Collections.synchronizedMap([:])
        List<Thread> threads = a.findAll { it.key != 'failFast' }.collect { name, body ->
            Thread.start {
                try {
                    Context.inside(from.but(scopes: from.scopes + [scope])) { (body as Closure).call() }
                } catch (Throwable trouble) {
                    build.say("Failed in branch $name")
                    troubles["$name"] = trouble
                    if (failFast) { build.stop(new Interrupted('another branch failed')) { scope in it.scopes } }
                }
            }
        }
        threads*.join()
        if (troubles) { throw troubles.values().find { !(it instanceof Interrupted) } ?: troubles.values().first() }
    }

    // -- processes ------------------------------------------------------------------------------------

    def _sh(Map a, Closure b) {
        Context here = Context.here()
        here.needAgent('sh')
        new Shell(here, a.script as String, a.returnStdout as boolean, a.returnStatus as boolean).run()
    }

    def _sleep(Map a, Closure b) {
        long until = System.currentTimeMillis() + (a.time as long) * UNITS[a.unit ?: 'SECONDS']
        build.asLeaf { Build.Leaf leaf ->
            while (System.currentTimeMillis() < until) {
                if (leaf.why) { throw leaf.why }
                Thread.sleep(50)
            }
        }
    }

    // -- files ----------------------------------------------------------------------------------------

    /** A clone: the workspace is the project, what earlier builds left (and git does not know) stays. */
    def _checkout(Map a, Closure b) {
        File folder = Context.here().needAgent('checkout').workspace
        Process copy = ['cp', '-a', "${build.scm.path}/.", folder.path].execute()
        if (copy.waitFor() != 0) { throw new Failed(copy.errorStream.text) }
        [GIT_COMMIT: 'unknown']
    }

    def _deleteDir(Map a, Closure b) { Context.here().folder.deleteDir() }

    def _pwd(Map a, Closure b) { Context.here().folder.path }

    def _fileExists(Map a, Closure b) { file("${a.file}").exists() }

    def _readFile(Map a, Closure b) {
        File named = file("${a.file}")
        if (!named.exists()) { throw new Failed("java.nio.file.NoSuchFileException: $named") }
        named.getText('UTF-8')
    }

    def _writeFile(Map a, Closure b) {
        File named = file("${a.file}")
        named.parentFile.mkdirs()
        named.setText("${a.text}", 'UTF-8')
    }

    def _load(Map a, Closure b) {
        Script script = runner.parse(file("${a.path}"))
        script.run()
    }

    def _copyArtifacts(Map a, Closure b) {
        String job = build.jenkins.find("${a.projectName}", build.parent)
        List<Map> builds = job ? build.jenkins.builds(job) : null
        if (builds == null) { throw new Failed("Unable to find project for artifact copy: ${a.projectName}") }
        Map selector = (a.selector ?: [last: true]) as Map
        Map found = selector.last ? builds.find { it.result == 'SUCCESS' } : builds.find { "${it.number}" == "${selector.number}" }
        if (found == null) { throw new Failed("Unable to find a build for artifact copy from: $job") }
        File archive = new File(found.folder as String, 'archive')
        List<String> names = matching(archive, "${a.filter ?: '**'}")
        File target = a.target ? file("${a.target}") : Context.here().folder
        names.each { copy(new File(archive, it), new File(target, a.flatten ? new File(it).name : it)) }
        build.say("Copied ${names.size()} artifact(s) from \"$job\" build number ${found.number}")
        if (!names && !a.optional) { throw new Failed("Failed to copy artifacts from $job with filter: ${a.filter}") }
    }

    def _archiveArtifacts(Map a, Closure b) {
        File folder = Context.here().folder
        List<String> names = matching(folder, "${a.artifacts}")
        build.say("Archiving artifacts: ${names.join(', ')}")
        if (!names && !a.allowEmptyArchive) {
            throw new Failed("No artifacts found that match the file pattern \"${a.artifacts}\". Configuration error?")
        }
        names.each { copy(new File(folder, it), new File(build.archive, it)) }
    }

    def _junit(Map a, Closure b) {
        File folder = Context.here().folder
        List<String> names = matching(folder, "${a.testResults}")
        if (!names && !a.allowEmptyResults) { throw new Failed('No test report files were found. Configuration error?') }
        names.each { String name ->
            new XmlSlurper().parse(new File(folder, name)).'**'.findAll { it.name() == 'testcase' }.each { node ->
                String how = ['failure', 'error', 'skipped'].find { node."$it".size() > 0 } ?: 'passed'
                build.tests << [name: node.@name.text(), suite: node.@classname.text(), how: how]
            }
        }
        if (build.tests.any { it.how in ['failure', 'error'] }) { build.worsen('UNSTABLE') }
    }

    def _publishHTML(Map a, Closure b) {
        Map target = (a.target ?: [:]) as Map
        if (target.keySet() - PAGE.target) { throw new Refused("publishHTML: no parameter ${target.keySet() - PAGE.target}") }
        File page = new File(file("${target.reportDir}"), "${target.reportFiles}")
        if (page.exists()) {
            copy(page, new File(build.folder, "htmlreports/${target.reportName}/${target.reportFiles}"))
            build.pages << "${target.reportName}".toString()
        } else if (!target.allowMissing) {
            throw new Failed("Specified HTML directory '${target.reportDir}' does not exist.")
        }
    }

    def _stash(Map a, Closure b) {
        File folder = Context.here().folder
        List<String> names = matching(folder, "${a.includes ?: '**'}")
        if (!names && !a.allowEmpty) { throw new Failed("No files included in stash '${a.name}'") }
        build.stashes["${a.name}".toString()] = names.collectEntries { [it, new File(folder, it).bytes] }
    }

    def _unstash(Map a, Closure b) {
        Map<String, byte[]> stashed = build.stashes["${a.name}".toString()]
        if (stashed == null) { throw new Failed("No such saved stash '${a.name}'") }
        stashed.each { name, bytes ->
            File to = new File(Context.here().folder, name)
            to.parentFile.mkdirs()
            to.bytes = bytes
        }
    }

    /** Ant's patterns, as far as they are used: commas, * and **. */
    static List<String> matching(File folder, String patterns) {
        if (!folder.isDirectory()) { return [] }
        List<PathMatcher> matchers = patterns.split(',')*.trim().collectMany {
            String one = it.endsWith('/') ? it + '**' : it
            [one, one.replace('**/', '')].unique().collect { FileSystems.default.getPathMatcher("glob:$it") }
        }
        List<String> found = []
        folder.traverse(type: groovy.io.FileType.FILES) { File file ->
            Path path = folder.toPath().relativize(file.toPath())
            if (matchers.any { it.matches(path) }) { found << path.toString() }
        }
        found.sort()
    }

    private static void copy(File from, File to) {
        to.parentFile.mkdirs()
        to.bytes = from.bytes
    }
}
