using Slipway.Data;
using Slipway.Jobs.Compute.SystemMetrics;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Planning;

namespace Slipway.Jobs.Compute;

/// <summary>The variables that a command of a job sees, by the names that Azure ML and MLflow give them.</summary>
internal sealed class CommandEnvironment(ServerAddress server, DataOptions data)
{
    private readonly Lazy<string?> _tools = new(() => Tools(data.Home));

    /// <param name="programs">A folder to be put first in PATH; null: none.</param>
    public IReadOnlyDictionary<string, string> Of(StepRun run, string? programs)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AZUREML_RUN_ID"] = run.Job.IsPipeline ? $"{run.JobName}_{run.Step.Name}" : run.JobName,
            ["AZUREML_ROOT_RUN_ID"] = run.Job.ParentName ?? run.JobName,
            ["AZUREML_PARENT_RUN_ID"] = run.Job.ParentName ?? run.JobName,
            ["AZUREML_EXPERIMENT_NAME"] = run.Job.Experiment,
            ["AZUREML_EXPERIMENT_ID"] = run.Run.ExperimentId,
            ["AZUREML_ARM_SUBSCRIPTION"] = "00000000-0000-0000-0000-000000000000",
            ["AZUREML_ARM_RESOURCEGROUP"] = "slipway",
            ["AZUREML_ARM_WORKSPACE_NAME"] = run.Caller.Workspace.Value,
            ["AZUREML_ARM_PROJECT_NAME"] = run.Caller.Workspace.Value,
            ["MLFLOW_RUN_ID"] = run.RunId,
            ["MLFLOW_EXPERIMENT_ID"] = run.Run.ExperimentId,
            ["MLFLOW_EXPERIMENT_NAME"] = run.Job.Experiment,
            ["PYTHONUNBUFFERED"] = "1", // so that the log is live
        };
        if (JobTrace.Parent(run.Job) is { } trace)
            variables["TRACEPARENT"] = trace;
        if (server.Find() is { } address)
            variables["MLFLOW_TRACKING_URI"] = address;
        if ((programs ?? _tools.Value) is not null)
            variables["PATH"] = string.Join(':', new[] { programs, Environment.GetEnvironmentVariable("PATH"), _tools.Value }.OfType<string>());
        foreach (var input in run.Inputs.Values)
            variables[$"AZURE_ML_INPUT_{input.Name}"] = input.Literal ?? input.Path ?? input.Node ?? "";
        foreach (var output in run.Step.Outputs)
            variables[$"AZURE_ML_OUTPUT_{output.Name}"] = StepPreparation.OutputPath(output, run.OutputFolders[output.Name]);
        foreach (var (name, value) in run.Step.EnvironmentVariables)
            variables[name] = Placeholders.Fill(value, expression => StepPreparation.Value(expression, run.Step, run.Inputs, run.OutputFolders));

        // What the step's processes take is measured from outside; MLflow's client would write the same series once more.
        if (SystemMetricsSettings.Of(run.Step.EnvironmentVariables, Environment.GetEnvironmentVariable) is not null)
            variables[SystemMetricsSettings.Enable] = "false";
        variables[ProcessTree.Marker] = $"{StepWorker.MarkerOf(data.Home)}{run.RunId}";
        return variables;
    }

    /// <summary>A folder with a 'python' for machines that only have 'python3'; null where it is not needed.</summary>
    private static string? Tools(string home)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var python3 = path.Select(folder => Path.Combine(folder, "python3")).FirstOrDefault(File.Exists);
        if (python3 is null || path.Any(folder => File.Exists(Path.Combine(folder, "python"))))
            return null;

        var tools = Directory.CreateDirectory(Path.Combine(home, "tools")).FullName;
        var link = Path.Combine(tools, "python");
        if (!File.Exists(link))
            File.CreateSymbolicLink(link, python3);
        return tools;
    }
}
