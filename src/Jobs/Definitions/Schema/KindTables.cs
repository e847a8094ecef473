using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Azure ML's kinds of steps but AutoML.</summary>
internal static class KindTables
{
    private const ExpressionScope Own = ExpressionScope.Own;

    private static readonly Field s_code = F("code", Reference(ReferenceUse.Code), "The folder (or file) with the code.");

    public static KindTable Command { get; } = new("command", scope => [
        F("command", TextWith(Own), "What the shell runs."),
        s_code,
        EnvironmentTable.InJob(scope),
        CommonTables.Distribution(scope | Own),
        CommonTables.Timeout(scope),
        CommonTables.AdditionalIncludes])
    {
        Required = ["command", "environment"],
        Defining = ["command"],
        Rules = [CommonTables.IncludedNames],
    };

    public static KindTable Sweep { get; } = new("sweep", SweepTable.Fields)
    {
        Required = ["trial", "sampling_algorithm", "search_space", "objective"],
        Rules = SweepTable.Rules,
        IsComponent = false,
    };

    public static KindTable Parallel { get; } = new("parallel", scope => [
        F(
            "task",
            Object(
                "a parallel task",
                F("type", Choice("run_function"), "What is run."),
                F("code", Reference(ReferenceUse.Code), "The folder with the script."),
                Shapes.Required("entry_script", Text, "The script, from the code folder."),
                F("program_arguments", TextWith(Own), "Arguments of the script."),
                F("append_row_to", TextWith(Own), "The output that collects what is returned."),
                EnvironmentTable.InJob(scope)),
            "What is run on each mini-batch."),
        F("input_data", TextWith(Own), "The input that is split: ${{inputs.x}}."),
        F("mini_batch_size", TextWith(scope | Own), "Files in a mini-batch, or its size (10kb, 1mb)."),
        F("partition_keys", TextList, "Columns or folders that split the input."),
        F("mini_batch_error_threshold", Integer(-1, null, scope), "Mini-batches that may fail; -1: any number."),
        F("error_threshold", Integer(-1, null, scope), "Items that may fail; -1: any number."),
        F("logging_level", Choice("INFO", "WARNING", "DEBUG"), "What is logged."),
        F("max_concurrency_per_instance", Integer(1, null, scope), "Worker processes on each machine."),
        F(
            "retry_settings",
            Object(
                "retry settings",
                F("max_retries", Integer(0, null, scope), "Retries of a mini-batch."),
                F("timeout", Integer(1, 259200, scope), "Seconds for a mini-batch.")),
            "How a mini-batch is tried again."),
        CommonTables.AdditionalIncludes])
    {
        Required = ["task", "input_data"],
        Defining = ["task"],
        Rules = [CommonTables.IncludedNames],
        IsJob = false,
    };

    public static KindTable Spark { get; } = new("spark", scope => [
        F("entry", Object("an entry", F("file", Text, "The script, from the code folder."), F("class_name", Text, "The class.")), "What is run."),
        s_code,
        F("py_files", TextList, "Python packages."),
        F("jars", TextList, "Java packages."),
        F("files", TextList, "Files for the workers."),
        F("archives", TextList, "Archives for the workers."),
        F("conf", SparkConf.Shape(scope | Own), "Spark's configuration."),
        CommonTables.AdditionalIncludes,
        F("args", TextWith(Own), "Arguments of the script."),
        EnvironmentTable.InJob(scope),
        F(
            "resources",
            Object(
                "spark resources",
                F("instance_type", new ChoiceShape("standard_e4s_v3", "standard_e8s_v3", "standard_e16s_v3", "standard_e32s_v3", "standard_e64s_v3") { Scope = scope }, "Which machines."),
                F("runtime_version", TextWith(scope), "The version of Spark.")),
            "Which machines; excludes compute.")])
    {
        Required = ["entry"],
        Defining = ["entry"],
        Rules = [Rule.AtMostOne("resources", "compute"), SparkConf.Rule],
    };
}
