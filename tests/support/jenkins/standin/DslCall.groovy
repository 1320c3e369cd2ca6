/** A call in a script of the Job DSL, and those in its block. */
class DslCall {
    String name
    List arguments
    List<DslCall> inner

    List<DslCall> all(String path) {
        path.tokenize('/').inject([this]) { List<DslCall> at, String word -> at.collectMany { it.inner.findAll { c -> c.name == word } } }
    }

    Object one(String word) { all(word)[0]?.arguments?.getAt(0) }
}
