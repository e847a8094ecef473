using System.Text.RegularExpressions;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

internal static partial class SparkConf
{
    private static readonly string[] s_always =
        ["spark.driver.cores", "spark.driver.memory", "spark.executor.cores", "spark.executor.memory"];

    /// <summary>Spark needs the four sizes, and either a number of executors or limits of dynamic allocation.</summary>
    public static Rule Rule { get; } = new((map, path, check) =>
    {
        if (map.Map("conf") is not { } conf)
            return;

        var at = Definitions.Schema.Shape.Join(path, "conf");
        foreach (var missing in s_always.Where(key => conf[key] is null))
            check.Refuse(conf, Definitions.Schema.Shape.Join(at, missing), "This field is required and missing.");
        var isDynamic = string.Equals(conf.Text("spark.dynamicAllocation.enabled"), "true", StringComparison.OrdinalIgnoreCase);
        if (isDynamic && (conf["spark.dynamicAllocation.minExecutors"] is null || conf["spark.dynamicAllocation.maxExecutors"] is null))
            check.Refuse(conf, at, "Dynamic allocation needs spark.dynamicAllocation.minExecutors and spark.dynamicAllocation.maxExecutors.");
        if (!isDynamic && conf["spark.executor.instances"] is null)
            check.Refuse(conf, at, "Either spark.executor.instances or dynamic allocation is needed.");
    });

    /// <summary>The sizes by their types, and any other single value: Spark has hundreds.</summary>
    public static Shape Shape(ExpressionScope scope)
    {
        var memory = new TextShape { Scope = scope, Pattern = Memory(), Explanation = "a size such as 2g or 512m" };
        return new ObjectShape("a Spark configuration", [
            F("spark.driver.cores", Integer(1, null, scope), "Cores of the driver."),
            F("spark.driver.memory", memory, "Memory of the driver."),
            F("spark.executor.cores", Integer(1, null, scope), "Cores of each executor."),
            F("spark.executor.memory", memory, "Memory of each executor."),
            F("spark.executor.instances", Integer(1, null, scope), "Executors."),
            F("spark.dynamicAllocation.enabled", Flag, "Whether the number of executors follows the work."),
            F("spark.dynamicAllocation.minExecutors", Integer(0, null, scope), "Executors at least."),
            F("spark.dynamicAllocation.maxExecutors", Integer(1, null, scope), "Executors at most.")])
        { Others = TextWith(scope) };
    }

    [GeneratedRegex(@"\A[0-9]+([bkmgt]b?)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Memory();
}
