/** when { }: an expression. */
class When {
    private final Declarative pipeline

    When(Declarative pipeline) { this.pipeline = pipeline }

    boolean holds(Closure body) {
        Map found = pipeline.sectionsOf(body, ['expression', 'beforeAgent'])
        if (!found.expression) { throw new Refused('when has no condition') }
        (found.expression as Closure).rehydrate(pipeline.script, pipeline.script, pipeline.script).call() as boolean
    }
}
