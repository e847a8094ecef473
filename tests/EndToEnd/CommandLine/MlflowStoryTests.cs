using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>Somebody moves from an mlruns folder to a server, sorts the runs there, and takes a copy home.</summary>
public sealed class MlflowStoryTests : IDisposable
{
    private const string Run = "8cd2241d770345cbad5384a114b94564";
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Runs_are_imported_moved_listed_by_folder_and_exported()
    {
        Write("mlruns/12/meta.yaml", "experiment_id: '12'\nname: team/fraud\nlifecycle_stage: active\ncreation_time: 1\nlast_update_time: 2\n");
        Write($"mlruns/12/{Run}/meta.yaml", $"run_id: {Run}\nrun_name: one\nexperiment_id: '12'\nstatus: 3\nstart_time: 5\nend_time: 6\nlifecycle_stage: active\n");
        Write($"mlruns/12/{Run}/metrics/loss", "7 0.5 1\n");
        Write($"mlruns/12/{Run}/artifacts/a.txt", "hello");
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);

        var imported = await CallAsync(server, 0, "mlflow", "import", _folder.File("mlruns"), "-o", "json");
        Assert.Contains("\"points\"", imported.Output, StringComparison.Ordinal);
        Assert.Contains("team/fraud: 1 runs", imported.Error, StringComparison.Ordinal);
        var nothing = await CallAsync(server, 2, "mlflow", "import", _folder.File("nowhere"));
        Assert.Contains("There is no file or folder", nothing.Error, StringComparison.Ordinal);
        var unknown = await CallAsync(server, 2, "mlflow", "import", _folder.File("mlruns"), "-e", "other");
        Assert.Contains("no experiment 'other'. It has: team/fraud.", unknown.Error, StringComparison.Ordinal);

        Write("mlruns/13/meta.yaml", "experiment_id: '13'\nname: old/best\nlifecycle_stage: active\ncreation_time: 1\nlast_update_time: 2\n");
        await CallAsync(server, 0, "mlflow", "import", _folder.File("mlruns"), "-e", "13");
        await CallAsync(server, 0, "run", "move", Run, "--to", "old/best");
        await CallAsync(server, 0, "experiment", "move", "--from", "old", "--to", "team");
        Assert.Contains("not found", (await CallAsync(server, 1, "run", "move", "none", "--to", "team/best")).Error, StringComparison.OrdinalIgnoreCase);
        var top = await CallAsync(server, 0, "experiment", "list", "--folder", "/", "-o", "tsv", "--query", "[].name");
        Assert.Equal("team/\nDefault\n", top.Output);
        var runs = await CallAsync(server, 0, "run", "list", "-e", "team/best", "-o", "tsv", "--query", "[].id");
        Assert.Equal($"{Run}\n", runs.Output);

        await CallAsync(server, 0, "mlflow", "export", "--to", _folder.File("out"));
        Assert.Equal("hello", await File.ReadAllTextAsync(_folder.File($"out/13/{Run}/artifacts/a.txt"), Ct));
        Assert.Equal("7 0.5 1\n", await File.ReadAllTextAsync(_folder.File($"out/13/{Run}/metrics/loss"), Ct));
        await CallAsync(server, 0, "mlflow", "export", "--to", _folder.File("copy.db"));
        Assert.Equal("hello", await File.ReadAllTextAsync(_folder.File($"mlartifacts/12/{Run}/artifacts/a.txt"), Ct));
        var again = await CallAsync(server, 0, "mlflow", "import", _folder.File("copy.db"), "--artifacts", _folder.File("mlartifacts"), "-o", "tsv", "--query", "[counts.points.found, counts.points.added]");
        Assert.Equal("1\n0\n", again.Output);
        var twice = await CallAsync(server, 2, "mlflow", "export", "--to", _folder.File("copy.db"));
        Assert.Contains("is there already; name a new file", twice.Error, StringComparison.Ordinal);
        var full = await CallAsync(server, 2, "mlflow", "export", "--to", _folder.File("mlruns"));
        Assert.Contains("is not empty and no earlier export", full.Error, StringComparison.Ordinal);
    }

    private static async Task<Executable.Finished> CallAsync(ServerProcess server, int code, params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync([.. arguments, "--server", server.Url]);
        Assert.True(call.ExitCode == code, $"{call.ExitCode}: {call.Output}{call.Error}");
        return call;
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        File.WriteAllText(_folder.File(path), text);
    }
}
