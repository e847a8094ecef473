using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public sealed class HomeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_home_that_another_server_holds_is_refused_by_the_name_of_that_process()
    {
        using var first = HomeLock.Acquire(_folder.Path);

        var refusal = Assert.Throws<SlipwayException>(() => HomeLock.Acquire(_folder.Path));

        Assert.Equal(ErrorCode.Conflict, refusal.Code);
        Assert.Contains($"process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)})", refusal.Message);
    }

    [Fact]
    public void A_home_is_free_again_once_its_server_is_gone()
    {
        HomeLock.Acquire(_folder.Path).Dispose();

        HomeLock.Acquire(_folder.Path).Dispose();
    }

    [Fact]
    public void What_a_killed_server_left_does_not_hold_its_home()
    {
        File.WriteAllText(_folder.File("lock"), "");
        File.WriteAllText(_folder.File("lock.pid"), "1");

        HomeLock.Acquire(_folder.Path).Dispose();
    }

    [Fact]
    public async Task A_host_takes_its_home_and_migrates_before_anything_starts()
    {
        var home = Path.Combine(_folder.Path, "new", "home");
        using var host = Host(home);

        await host.StartAsync(Ct);

        Assert.Throws<SlipwayException>(() => HomeLock.Acquire(home));
        Assert.Null(await host.Services.GetRequiredService<WorkQueue>().LeaseAsync(["step"], "w", TimeSpan.FromMinutes(1), Ct));
        Assert.True(File.Exists(Path.Combine(home, "slipway.db")));
        var blob = await host.Services.GetRequiredService<ContentStore>().PutBytesAsync(new byte[] { 1 }, Ct);
        Assert.StartsWith(Path.Combine(home, "blobs"), await host.Services.GetRequiredService<ContentStore>().LocalFileAsync(blob.Digest, Ct));
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Temporary_files_of_a_killed_server_are_deleted_when_the_next_one_starts()
    {
        Directory.CreateDirectory(_folder.File("temp/spill-1/deep"));
        File.WriteAllText(_folder.File("temp/spill-1/deep/rows.tmp"), "left");
        File.WriteAllText(_folder.File("kept.txt"), "kept");
        File.CreateSymbolicLink(_folder.File("temp/link.txt"), _folder.File("kept.txt"));
        using var host = Host(_folder.Path);

        await host.StartAsync(Ct);

        Assert.False(Directory.Exists(_folder.File("temp")));
        Assert.True(File.Exists(_folder.File("kept.txt")));
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task A_second_host_on_the_same_home_does_not_start()
    {
        using var first = Host(_folder.Path);
        await first.StartAsync(Ct);
        Directory.CreateDirectory(_folder.File("temp/of-the-first"));
        using var second = Host(_folder.Path);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => second.StartAsync(Ct));

        Assert.Equal(ErrorCode.Conflict, refusal.Code);
        Assert.True(Directory.Exists(_folder.File("temp/of-the-first")));
        await first.StopAsync(Ct);
    }

    public void Dispose() => _folder.Dispose();

    private static IHost Host(string home)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddData(new DataOptions { Home = home });
        return builder.Build();
    }
}
