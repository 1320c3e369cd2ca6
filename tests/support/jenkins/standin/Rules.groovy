import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.ClassCodeVisitorSupport
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.BlockStatement
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.ReturnStatement
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.CompilationCustomizer
import org.codehaus.groovy.control.messages.SyntaxErrorMessage
import org.codehaus.groovy.syntax.SyntaxException

/**
 * What is read before anything runs: our own rules (a sh script is one constant text; no credentials; nothing that asks
 * for script approval), and those of a declarative pipeline (github.com/jenkinsci/pipeline-model-definition-plugin,
 * ModelValidatorImpl): sections hold sections, steps hold calls of steps, all else stands in script { }.
 */
class Rules extends CompilationCustomizer {
    static final List<String> SECRETS = ['credentials', 'withCredentials', 'usernamePassword', 'withAWS', 'sshagent']
    static final List<String> APPROVAL = ['rawBuild', 'Jenkins', 'Hudson', 'System', 'evaluate', 'Eval', 'GroovyShell', 'execute']

    Rules() { super(CompilePhase.CONVERSION) }

    @Override
    void call(SourceUnit source, GeneratorContext context, ClassNode node) {
        new Reader(source).visitClass(node)
        if (node.name.endsWith('_Jenkinsfile')) { node.methods.findAll { it.name == 'run' }.each { new Shape(source).top(it.code) } }
    }

    static void refuse(SourceUnit source, ASTNode at, String why) {
        SyntaxException error = new SyntaxException(why, at.lineNumber, at.columnNumber, at.lastLineNumber, at.lastColumnNumber)
        source.errorCollector.addErrorAndContinue(new SyntaxErrorMessage(error, source))
    }

    static class Reader extends ClassCodeVisitorSupport {
        final SourceUnit sourceUnit

        Reader(SourceUnit source) { sourceUnit = source }

        @Override
        void visitMethodCallExpression(MethodCallExpression call) {
            if (call.methodAsString == 'sh') { script(call) }
            if (call.methodAsString in SECRETS) {
                refuse(sourceUnit, call, "${call.methodAsString}: credentials are the agent's role, and no pipeline's business")
            }
            if (call.methodAsString in APPROVAL) { refuse(sourceUnit, call, "${call.methodAsString} needs script approval") }
            super.visitMethodCallExpression(call)
        }

        @Override
        void visitVariableExpression(VariableExpression name) {
            if (name.name in APPROVAL) { refuse(sourceUnit, name, "${name.name} needs script approval") }
            super.visitVariableExpression(name)
        }

        @Override
        void visitPropertyExpression(PropertyExpression name) {
            if (name.propertyAsString in APPROVAL) { refuse(sourceUnit, name, "${name.propertyAsString} needs script approval") }
            super.visitPropertyExpression(name)
        }

        @Override
        void visitConstructorCallExpression(ConstructorCallExpression call) {
            if (!call.specialCall) { refuse(sourceUnit, call, "new ${call.type.name} needs script approval") }
            super.visitConstructorCallExpression(call)
        }

        @Override
        void visitConstantExpression(ConstantExpression text) {
            if ("${text.value}" =~ /\bAKIA[0-9A-Z]{16}\b|(?i)secret_access_key\s*=/) { refuse(sourceUnit, text, 'a credential in a file') }
            super.visitConstantExpression(text)
        }

        private void script(MethodCallExpression call) {
            List<Expression> given = (call.arguments as TupleExpression).expressions
            Expression text = given ? given[0] : null
            if (text instanceof MapExpression) {
                text = text.mapEntryExpressions.find { it.keyExpression.text == 'script' }?.valueExpression
            }
            if (!(text instanceof ConstantExpression)) {
                refuse(sourceUnit, call, 'sh takes one constant text: values reach the shell by its environment, never by Groovy')
                return
            }
            String script = "${text.value}"
            if (script.contains('./orchestrate') && !(script =~ /(^|\n)\s*exec \.\/orchestrate /)) {
                refuse(sourceUnit, call, 'exec ./orchestrate, so that the signal of an abort reaches it and not a shell')
            }
        }
    }

    /** The shape of a Jenkinsfile. */
    static class Shape {
        static final List<String> INNER = ['stages', 'parallel', 'options', 'parameters', 'triggers', 'agent', 'when']
        final SourceUnit source

        Shape(SourceUnit source) { this.source = source }

        void top(Statement code) {
            List<Statement> statements = statementsOf(code)
            int pipelines = statements.count { callOf(it)?.methodAsString == 'pipeline' } as int
            if (pipelines != 1) { refuse(source, code, "a Jenkinsfile has one pipeline, not $pipelines") }
            statements.each {
                MethodCallExpression call = callOf(it)
                if (call?.methodAsString == 'pipeline') {
                    sections(call)
                } else if (!library(it)) {
                    refuse(source, it, 'beside a declarative pipeline there is nothing but @Library')
                }
            }
        }

        private boolean library(Statement statement) {
            statement instanceof ExpressionStatement && statement.expression.annotations.any { it.classNode.name == 'Library' }
        }

        private void sections(MethodCallExpression outer) {
            String name = outer.methodAsString
            statementsOf(bodyOf(outer)).each { Statement statement ->
                MethodCallExpression call = callOf(statement)
                if (call == null || !call.implicitThis) {
                    refuse(source, statement, "in $name there are sections, and no other code")
                } else if (call.methodAsString in ['steps'] + Declarative.CONDITIONS) {
                    steps(bodyOf(call))
                } else if (call.methodAsString == 'environment') {
                    assignments(bodyOf(call))
                } else if (call.methodAsString in ['pipeline', 'post', 'stage'] + INNER && bodyOf(call)) {
                    sections(call)
                }
            }
        }

        private void assignments(Statement body) {
            statementsOf(body).each {
                Expression one = it instanceof ExpressionStatement ? it.expression : null
                if (!(one instanceof BinaryExpression) || one.operation.text != '=') { refuse(source, it, 'environment holds NAME = value') }
            }
        }

        private void steps(Statement body) {
            List<Statement> statements = statementsOf(body)
            if (!statements) { refuse(source, body, 'No steps specified') }
            statements.each { Statement statement ->
                MethodCallExpression call = callOf(statement)
                if (call == null) {
                    refuse(source, statement, 'in steps there are calls of steps; all else stands in script { }')
                } else if (!call.implicitThis) {
                    refuse(source, statement, 'Method calls on objects not allowed outside "script" blocks.')
                } else if (call.methodAsString in ['node', 'stage', 'properties', 'parallel']) {
                    refuse(source, statement, "${call.methodAsString} in steps stands in script { }")
                } else if (call.methodAsString != 'script' && bodyOf(call) && call.methodAsString in Steps.KNOWN.keySet()) {
                    steps(bodyOf(call))
                }
            }
        }

        private static List<Statement> statementsOf(Statement code) {
            code instanceof BlockStatement ? code.statements : (code ? [code] : [])
        }

        private static MethodCallExpression callOf(Statement statement) {
            Expression one = statement instanceof ExpressionStatement || statement instanceof ReturnStatement ? statement.expression : null
            one instanceof MethodCallExpression ? one : null
        }

        private static Statement bodyOf(MethodCallExpression call) {
            Expression last = (call.arguments as TupleExpression).expressions ? (call.arguments as TupleExpression).expressions.last() : null
            last instanceof ClosureExpression ? last.code : null
        }
    }
}
