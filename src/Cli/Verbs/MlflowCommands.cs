using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Mlflow;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway mlflow: from MLflow's own stores, and back.</summary>
internal static class MlflowCommands
{
    public static Command Create() => new("mlflow", "Bring experiments, runs and models from MLflow's own stores, and back.") { Import(), Export() };

    private static Command Import()
    {
        var from = new Argument<string>("source") { Description = "An mlruns folder, or an mlflow.db of SQLite." };
        var experiments = new Option<string[]>("--experiment", "-e") { Description = "Only these experiments, by name or id; default: all, and the registered models.", AllowMultipleArgumentsPerToken = true };
        var models = new Option<bool>("--models") { Description = "With --experiment: the registered models too." };
        var artifacts = new Option<string?>("--artifacts") { Description = "A copy of the source's artifact root, when the artifacts are not where the source says: on a server's disk (mlflow-artifacts:/…), or in a bucket." };
        var workspace = new Option<string>("--source-workspace") { Description = "The workspace of an mlflow.db that has several.", DefaultValueFactory = _ => "default" };
        var rehearsal = new Option<bool>("--dry-run") { Description = "Only count what would be added." };
        return ApiVerb.Create(
            "import",
            "Import with ids and times kept. What is there already stays, so that a second import brings what is new; the artifacts on this machine come along. For administrators.",
            [from, experiments, models, artifacts, workspace, rehearsal],
            async (client, parsed, format, ct) =>
            {
                var path = Path.GetFullPath(parsed.GetValue(from)!);
                if (parsed.GetValue(artifacts) is { } folder && !Directory.Exists(folder))
                    throw SlipwayException.Invalid($"--artifacts: there is no folder {Path.GetFullPath(folder)}.");
                using var source = Open(path, parsed.GetValue(workspace)!);
                var report = new ImportReport(format.Error);
                var options = new ImportOptions(parsed.GetValue(experiments) ?? [], parsed.GetValue(models), parsed.GetValue(rehearsal));
                var places = new ArtifactPlaces(Path.GetDirectoryName(path) ?? path, parsed.GetValue(artifacts));
                await new MlflowImport(new ImportServer(client), source, places, options, report).RunAsync(ct);
                Printer.ShowAsIs(report.ToJson(path, options.DryRun), format);
                return report.HasFailures ? 1 : 0;
            });
    }

    private static Command Export()
    {
        var to = new Option<string>("--to") { Description = "The mlruns folder to write, a new one or one of an earlier export; or a new file that ends in .db, for a database.", Required = true };
        var experiments = new Option<string[]>("--experiment", "-e") { Description = "Only these experiments, by name or id; default: all, and the registered models.", AllowMultipleArgumentsPerToken = true };
        var artifacts = new Option<string?>("--artifacts") { Description = "With a database: the folder of its artifacts; default: mlartifacts beside it." };
        return ApiVerb.Create(
            "export",
            "Write experiments, runs with all points and artifacts, traces, logged and registered models into an mlruns folder that MLflow's client opens, or into an mlflow.db for an MLflow server (3.11, later ones after 'mlflow db upgrade').",
            [to, experiments, artifacts],
            async (client, parsed, format, ct) =>
            {
                var path = Path.GetFullPath(parsed.GetValue(to)!);
                var report = new ImportReport(format.Error);
                using var target = Target(path, parsed.GetValue(artifacts), report);
                await new MlflowExport(new ExportServer(client), target, report).RunAsync(parsed.GetValue(experiments) ?? [], ct);
                Printer.ShowAsIs(report.ToJson(client.Server.ToString(), dryRun: false), format);
                return report.HasFailures ? 1 : 0;
            });
    }

    private static IMlflowTarget Target(string path, string? artifacts, ImportReport report)
    {
        if (Path.GetExtension(path) == ".db")
            return new SqliteTarget(path, Path.GetFullPath(artifacts ?? Path.Combine(Path.GetDirectoryName(path)!, "mlartifacts")));
        return artifacts is null
            ? new FileTarget(path, report)
            : throw SlipwayException.Invalid("--artifacts is for a database (--to FILE.db); a folder has its artifacts inside.");
    }

    private static IMlflowSource Open(string path, string workspace) =>
        Directory.Exists(path) ? new FileSource(path)
        : File.Exists(path) ? new SqliteSource(new MlflowDatabase(path), workspace)
        : throw SlipwayException.Invalid($"There is no file or folder {path}; name an mlruns folder or an mlflow.db.");
}
