namespace Slipway.Jobs.Definitions.Schema;

internal static class SparkConf
{
    private static readonly string[] s_always =
        ["spark.driver.cores", "spark.driver.memory", "spark.executor.cores", "spark.executor.memory"];

    /// <summary>Spark needs the four sizes, and either a number of executors or limits of dynamic allocation.</summary>
    public static Rule Rule { get; } = new((map, path, check) =>
    {
        if (map.Map("conf") is not { } conf)
            return;

        var at = Shape.Join(path, "conf");
        foreach (var missing in s_always.Where(key => conf[key] is null))
            check.Refuse(conf, Shape.Join(at, missing), "This field is required and missing.");
        var isDynamic = string.Equals(conf.Text("spark.dynamicAllocation.enabled"), "true", StringComparison.OrdinalIgnoreCase);
        if (isDynamic && (conf["spark.dynamicAllocation.minExecutors"] is null || conf["spark.dynamicAllocation.maxExecutors"] is null))
            check.Refuse(conf, at, "Dynamic allocation needs spark.dynamicAllocation.minExecutors and spark.dynamicAllocation.maxExecutors.");
        if (!isDynamic && conf["spark.executor.instances"] is null)
            check.Refuse(conf, at, "Either spark.executor.instances or dynamic allocation is needed.");
    });
}
