import java.lang.annotation.*

/** {@code @Library('name') _} */
@Retention(RetentionPolicy.SOURCE)
@Target([ElementType.LOCAL_VARIABLE, ElementType.FIELD, ElementType.TYPE])
@interface Library {
    String[] value()
}
