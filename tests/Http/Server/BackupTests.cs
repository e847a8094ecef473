using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Http.Lake;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Server;

/// <summary>What docs/guides/operations.md says of backups.</summary>
public sealed class BackupTests(LakeServer server) : IClassFixture<LakeServer>
{
    private const int Versions = 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_of_the_database_and_then_of_the_contents_made_while_the_server_writes_is_whole()
    {
        using var copy = new TempFolder();
        await server.Services.GetRequiredService<IVault>().SetAsync(Caller.System, "token", "hush", Ct);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = WriteAsync(begun);

        await begun.Task;
        Copy(copy.Path);
        await writing;

        await using var restored = await ServerModule.StartAsync(new ServerSettings { Home = copy.Path, Urls = ["http://127.0.0.1:0"] }, Ct);
        var assets = restored.Services.GetRequiredService<IDataAssets>();
        var content = restored.Services.GetRequiredService<ContentStore>();
        var there = 0;
        for (; await assets.FindAsync(Caller.System, AssetName.Parse("kept"), $"{there + 1}", Ct) is { } version; there++)
        {
            var file = Assert.Single((await content.GetTreeAsync(version.Tree, Ct)).Entries);
            Assert.Equal($"content {there}", Encoding.UTF8.GetString(await content.ReadAllAsync(file.Digest, Ct)));
        }

        Assert.InRange(there, 1, Versions);
        Assert.Equal("hush", await restored.Services.GetRequiredService<IVault>().FindAsync(Caller.System, "token", Ct));
    }

    private async Task WriteAsync(TaskCompletionSource begun)
    {
        for (var i = 0; i < Versions; i++)
        {
            await server.TextAsync("kept", "a.txt", $"content {i}");
            begun.TrySetResult();
        }
    }

    private void Copy(string target)
    {
        using (var live = new SqliteConnection($"Data Source={Path.Combine(server.Home, "slipway.db")};Pooling=false"))
        using (var backup = new SqliteConnection($"Data Source={Path.Combine(target, "slipway.db")};Pooling=false"))
        {
            live.Open();
            backup.Open();
            live.BackupDatabase(backup);
        }

        File.Copy(Path.Combine(server.Home, "vault.key"), Path.Combine(target, "vault.key"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(server.Home, "blobs", "sha256"), "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(target, Path.GetRelativePath(server.Home, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }
}
