/** pipeline { }: the sections that Jenkins knows, and the order in which it runs them. */
class Declarative {
    static final List<String> OPTIONS = [
        'timeout', 'disableConcurrentBuilds', 'buildDiscarder', 'copyArtifactPermission', 'timestamps', 'skipDefaultCheckout',
        'lock', 'skipStagesAfterUnstable', 'retry', 'disableResume', 'preserveStashes', 'durabilityHint']
    static final List<String> CONDITIONS = [
        'always', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup'] // in the order they run

    final Build build
    final Runner runner
    final Script script

    Declarative(Build build, Runner runner, Script script) {
        this.build = build
        this.runner = runner
        this.script = script
    }

    def run(Closure body) {
        Map sections = sectionsOf(body, ['agent', 'options', 'parameters', 'environment', 'triggers', 'stages', 'post'])
        if (!sections.agent || !sections.stages) { throw new Refused('pipeline needs agent and stages') }
        new Parameters(this).take(sections.parameters as Closure, runner.steps.given)
        build.triggers = sections.triggers ? new Triggers().read(sections.triggers as Closure) : (build.jenkins.made(build.job).triggers ?: [])
        Map options = optionsOf(sections.options as Closure)
        build.options = options
        serialised(options) {
            wrapped(options) {
                onAgent(sections.agent, options) {
                    withEnvironment(sections.environment as Closure) {
                        ending(sections.post as Closure) {
                            stagesOf(sections.stages as Closure).each { stage(it) }
                        }
                    }
                }
            }
        }
    }

    /** The calls in a closure: name -> closure or argument. One that is not known is refused. */
    Map sectionsOf(Closure body, List<String> known) {
        Map found = [:]
        Closure copy = body.rehydrate(new Sections(known, found), script, script)
        copy.resolveStrategy = Closure.DELEGATE_FIRST
        copy.call()
        found
    }

    private List<Map> stagesOf(Closure body) {
        List<Map> found = []
        Closure copy = body.rehydrate(new Stages(this, found), script, script)
        copy.resolveStrategy = Closure.DELEGATE_FIRST
        copy.call()
        if (!found) { throw new Refused('stages has no stage') }
        found
    }

    private void stage(Map stage) {
        if ([stage.steps, stage.stages, stage.parallel].count { it } != 1) {
            throw new Refused("stage ${stage.name} needs one of steps, stages and parallel")
        }
        build.say("[stage] ${stage.name}")
        Map options = optionsOf(stage.options as Closure)
        wrapped(options) {
            onAgent(stage.agent ?: 'inherit', options) {
                withEnvironment(stage.environment as Closure) {
                    if (stage.when && !new When(this).holds(stage.when as Closure)) {
                        build.say("Stage \"${stage.name}\" skipped due to when conditional")
                        return
                    }
                    ending(stage.post as Closure) { body(stage) }
                }
            }
        }
    }

    private void body(Map stage) {
        if (stage.steps) {
            steps(stage.steps as Closure)
        } else if (stage.stages) {
            stagesOf(stage.stages as Closure).each { this.stage(it) }
        } else {
            runner.steps.perform('parallel', [stagesOf(stage.parallel as Closure).collectEntries { one -> [one.name, { this.stage(one) }] } +
                [failFast: stage.failFast]] as Object[])
        }
    }

    /** Steps belong to the script: what is no step of the closure's own is one of Jenkins. */
    void steps(Closure body) { body.rehydrate(script, script, script).call() }

    private onAgent(Object agent, Map options, Closure body) {
        if (agent == 'none' || agent == 'inherit') { return body.call() }
        String label = 'any'
        if (agent instanceof Closure) {
            Map spec = sectionsOf(agent as Closure, ['label', 'customWorkspace'])
            label = spec.label
        }
        runner.steps.perform('node', [label, {
            if (!options.skipDefaultCheckout) { runner.steps.perform('checkout', ['scm'] as Object[]) }
            body.call()
        }] as Object[])
    }

    private Map optionsOf(Closure body) {
        Map found = [:]
        if (body) {
            Closure copy = body.rehydrate(new Options(found), script, script)
            copy.resolveStrategy = Closure.DELEGATE_FIRST
            copy.call()
        }
        found
    }

    private void wrapped(Map options, Closure body) {
        Closure inner = body
        ['lock', 'timeout'].findAll { options.containsKey(it) }.each { String name ->
            Closure next = inner
            inner = { runner.steps.perform(name, [options[name], next] as Object[]) }
        }
        inner.call()
    }

    private void serialised(Map options, Closure body) {
        Locks.Held held = null
        while (options.disableConcurrentBuilds && (held = build.jenkins.locks.tryTake("job ${build.job}")) == null) { Thread.sleep(100) }
        try {
            body.call()
        } finally {
            held?.release()
        }
    }

    private void withEnvironment(Closure body, Closure then) {
        Map<String, String> found = [:]
        if (body) {
            Closure copy = body.rehydrate(new Assignments(script, found), script, script)
            copy.resolveStrategy = Closure.DELEGATE_FIRST
            copy.call()
        }
        Context.inside(Context.here().withEnv(found)) { then.call() }
    }

    /** post: what ran decides, and what post itself does can only make it worse. */
    private void ending(Closure post, Closure body) {
        Throwable trouble = null
        try {
            body.call()
        } catch (Throwable one) {
            trouble = one
            build.worsen(one instanceof Interrupted ? one.result : 'FAILURE')
        }
        if (post) {
            Map found = sectionsOf(post, CONDITIONS)
            CONDITIONS.findAll { found[it] && due(it) }.each { String condition ->
                build.say("[post] $condition")
                try {
                    steps(found[condition] as Closure)
                } catch (Throwable one) {
                    build.worsen(one instanceof Interrupted ? one.result : 'FAILURE')
                    build.say("Error when executing $condition post condition: ${one.message}")
                    trouble = trouble ?: one
                }
            }
        }
        if (trouble) { throw trouble }
    }

    private boolean due(String condition) {
        String result = build.result ?: 'SUCCESS'
        switch (condition) {
            case 'always': return true
            case 'cleanup': return true
            case 'unsuccessful': return result != 'SUCCESS'
        }
        condition.toUpperCase() == result
    }
}
