using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A version as a folder. On a machine that lets nobody mount, what is tested is that this is said.</summary>
public sealed partial class MountStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _mount;

    public MountStoryTests() => _mount = _folder.File("mounted");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        // What a test that failed has left; a mount that is gone is no reason to complain.
        using var unmount = Process.Start(new ProcessStartInfo("umount", ["--quiet", "--lazy", _mount]) { RedirectStandardError = true })!;
        unmount.WaitForExit();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_version_is_mounted_read_by_all_kinds_of_programs_and_unmounted()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        await GivenVersionAsync(address);
        if (!await MountsAsync(address, "--path", "azureml:rows@latest"))
            return;

        var same = await ShellAsync($"diff -r '{_folder.File("in")}' '{_mount}' && cd '{_mount}' && find . -type f | sort");
        var part = await ShellAsync($"dd if='{_mount}/sub/large.bin' bs=1000 skip=1700 count=300 status=none | sha256sum");
        var written = await ShellAsync($"cd '{_mount}'; echo 1 > a.txt; rm sub/large.bin; mkdir x; touch a.txt");
        var busy = await ShellAsync($"cd '{_mount}' && exec dotnet '{Repository.Path("artifacts/bin/Cli/release/slipway.dll")}' data unmount --mount-point '{_mount}'");
        var again = await SlipwayProgram.RunAsync("data", "mount", "-n", "rows", "--mount-point", _mount, "--server", address.ToString());
        var flow = await FlowAsync(address, $"{_mount}/sub/rows.parquet");
        var unmounted = await SlipwayProgram.RunAsync("data", "unmount", "--mount-point", _mount);
        var twice = await SlipwayProgram.RunAsync("data", "unmount", "--mount-point", _mount);

        Assert.Equal((0, "./a.txt\n./sub/empty\n./sub/large.bin\n./sub/rows.parquet\n"), (same.ExitCode, same.Output));
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(await PartAsync(1_700_000, 300_000))), part.Output, StringComparison.Ordinal);
        Assert.Equal(4, written.Error.Split("Read-only file system").Length - 1);
        Assert.Equal(1, busy.ExitCode);
        Assert.Contains("is in use: a program has something open there", busy.Error, StringComparison.Ordinal);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("is a mount of azureml:rows:1 already", again.Error, StringComparison.Ordinal);
        Assert.Equal(100_000, flow);
        Assert.Equal((0, ""), (unmounted.ExitCode, unmounted.Error));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_mount));
        Assert.Equal((1, $"Nothing that slipway mounts is mounted at '{_mount}'."), (twice.ExitCode, twice.Error.Trim()));
    }

    [Fact]
    public async Task A_mount_outlives_its_server_ends_with_its_process_and_is_cleared_when_that_was_killed()
    {
        var home = _folder.File("home");
        using var server = await ServerProcess.StartAsync(home, Ct);
        var address = server.Client.Server;
        await GivenVersionAsync(address);
        if (!await MountsAsync(address, "--name", "rows", "--version", "1"))
            return;
        await SlipwayProgram.RunAsync("data", "unmount", "--mount-point", _mount);
        string[] foreground = ["data", "mount", "--name", "rows", "--mount-point", _mount, "--server", address.ToString()];

        using var mount = await SlipwayHost.StartAsync("{", foreground, Ct);
        await server.KillAsync();
        var unreadable = await ShellAsync($"cat '{_mount}/sub/large.bin'");
        using var restarted = await ServerProcess.StartAsync(home, Ct, address.ToString());
        var readable = await ShellAsync($"cmp '{_folder.File("in/sub/large.bin")}' '{_mount}/sub/large.bin'");
        var ended = await mount.StopAsync(Ct);
        var after = Directory.EnumerateFileSystemEntries(_mount).Count();

        using var killed = await SlipwayHost.StartAsync("{", foreground, Ct);
        await killed.KillAsync();
        var stale = await SlipwayProgram.RunAsync([.. foreground]);
        var cleared = await SlipwayProgram.RunAsync("data", "unmount", "--mount-point", _mount);

        Assert.Equal(1, unreadable.ExitCode);
        Assert.Contains("Input/output error", unreadable.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (readable.ExitCode, readable.Error));
        Assert.Equal((0, 0), (ended, after));
        Assert.Equal(1, stale.ExitCode);
        Assert.Contains("end it with slipway data unmount --mount-point", stale.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (cleared.ExitCode, cleared.Error));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_mount));
    }

    [Fact]
    public async Task What_cannot_be_mounted_is_refused_before_anything_is()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        await GivenVersionAsync(server.Client.Server);
        Task<Executable.Finished> MountAsync(params string[] arguments) =>
            SlipwayProgram.RunAsync(["data", "mount", .. arguments, "--server", server.Url]);

        var full = await MountAsync("-n", "rows", "--mount-point", _folder.File("in"));
        var file = await MountAsync("-n", "rows", "--mount-point", _folder.File("in/a.txt"));
        var mode = await MountAsync("-n", "rows", "--mode", "rw_mount", "--mount-point", _mount);
        var store = await MountAsync("--path", "azureml://datastores/lake/paths/x", "--mount-point", _mount);
        var nothing = await MountAsync("--mount-point", _mount);
        var none = await MountAsync("--path", "azureml:rows:7", "--mount-point", _mount);

        Assert.Equal(2, full.ExitCode);
        Assert.Contains("is not empty, and what is in it could not be seen", full.Error, StringComparison.Ordinal);
        Assert.Equal(2, file.ExitCode);
        Assert.Contains("is a file; name an empty folder", file.Error, StringComparison.Ordinal);
        Assert.Equal((2, "--mode: 'rw_mount' is not how versions are mounted; write ro_mount. slipway data download writes the files into a folder."), (mode.ExitCode, mode.Error.Trim()));
        Assert.Equal(2, store.ExitCode);
        Assert.Contains("only versions are mounted, azureml:NAME:VERSION", store.Error, StringComparison.Ordinal);
        Assert.Equal((2, "Name a version by --name and --version, or by --path azureml:NAME:VERSION."), (nothing.ExitCode, nothing.Error.Trim()));
        Assert.Equal((1, "Data version 'rows@7' does not exist."), (none.ExitCode, none.Error.Trim()));
        Assert.False(Directory.Exists(_mount), "Nothing was made for what is refused.");
    }

    private async Task GivenVersionAsync(Uri server)
    {
        await File.WriteAllTextAsync(_folder.File("in/a.txt"), "hello\n", Ct);
        await File.WriteAllBytesAsync(_folder.File("in/sub/large.bin"), RandomNumberGenerator.GetBytes(3_000_000), Ct);
        await File.WriteAllBytesAsync(_folder.File("in/sub/empty"), [], Ct);
        var table = await SlipwayProgram.RunAsync(
            "sql", "select range as id, range % 7 as day from range(100000)", "--to", _folder.File("in/sub/rows.parquet"), "--server", server.ToString());
        Assert.True(table.ExitCode == 0, table.Error);
        await SlipwayProgram.AskAsync(server, "data", "create", "--name", "rows", "--path", _folder.File("in"));
    }

    /// <summary>False when the machine lets nobody mount, which must have been said then.</summary>
    private async Task<bool> MountsAsync(Uri server, params string[] version)
    {
        var mount = await SlipwayProgram.RunAsync(["data", "mount", .. version, "--mount-point", _mount, "--persistent", "--server", server.ToString()]);
        if (mount.ExitCode == 0)
        {
            Assert.Contains("\"path\": \"azureml:rows:1\"", mount.Output, StringComparison.Ordinal);
            return true;
        }

        Assert.Equal(1, mount.ExitCode);
        Assert.Matches(NotHere(), mount.Error.Trim());
        return false;
    }

    // DuckDB reads it where it lies.
    private async Task<int> FlowAsync(Uri server, string table)
    {
        var flow = _folder.File("flow.yml");
        await File.WriteAllTextAsync(_folder.File("count.sql"), "select count(*) as n from source", Ct);
        await File.WriteAllTextAsync(
            flow,
            $$"""
            name: counted
            type: dataflow
            source: {type: parquet, path: "{{table}}"}
            query: count.sql
            sink: {asset: counted}
            outputs: {data: {type: uri_folder} }
            """,
            Ct);
        var job = await SlipwayProgram.RunAsync("job", "create", "--file", flow, "--stream", "--server", server.ToString());
        Assert.True(job.ExitCode == 0, job.Error + job.Output);
        var rows = await SlipwayProgram.AskAsync(server, "sql", "select n::int as n from 'data:counted'");
        return (int)rows[0]!["n"]!;
    }

    private async Task<byte[]> PartAsync(int offset, int length) => (await File.ReadAllBytesAsync(_folder.File("in/sub/large.bin"), Ct))[offset..(offset + length)];

    private static Task<Executable.Finished> ShellAsync(string script) => Executable.RunAsync(new ProcessStartInfo("bash", ["-c", script]), Ct);

    [GeneratedRegex(
        "^Data cannot be mounted here: .*(/dev/fuse cannot be opened|[Oo]peration not permitted|[Pp]ermission denied|the program fusermount3, which is not here|device not found).*slipway data download writes the files into a folder\\.$",
        RegexOptions.Singleline)]
    private static partial Regex NotHere();
}
