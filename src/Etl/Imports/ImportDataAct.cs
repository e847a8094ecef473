using System.Text.Json.Nodes;
using Slipway.Etl.Contracts;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Imports;

/// <summary><c>import_data</c> of a schedule: each occurrence imports the next version of the asset.</summary>
internal sealed class ImportDataAct(IJobs jobs, ImportStep step) : IScheduledAct
{
    public string Name => "import_data";

    public Task CheckAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        var import = Of(work);
        return import["version"] is null
            ? step.CheckAsync(caller, import, ct)
            : throw SlipwayException.Invalid("import_data.version: a schedule makes a version each time; leave it out.");
    }

    public async Task<StartedWork> RunAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        var job = await jobs.SubmitAsync(
            caller,
            new NewJob
            {
                Name = work.Name,
                Yaml = ImportFile.JobYaml(Of(work)),
                Source = work.FileSource,
                Tags = new Dictionary<string, string> { ["azureml.scheduleName"] = work.Schedule },
                ReturnExisting = true,
            },
            ct);
        return new StartedWork(job.Name, $"run:{job.RunId}");
    }

    private static JsonObject Of(ScheduledWork work) =>
        work.Definition as JsonObject ?? ImportFile.Read(work.FileYaml, work.FileSource, []);
}
