using System.Collections.Concurrent;
using System.Diagnostics;

namespace Slipway.Shared;

/// <summary>A server that a script of tests/Shared runs for as long as this process lives; the first to ask starts it.</summary>
public sealed class PrivateServer
{
    /// <summary>Azure Blob Storage's protocol; the line is its address. The account is slipwaytest.</summary>
    public static readonly PrivateServer Azurite = new("private-azurite");

    /// <summary>S3; the line is address, access key and secret.</summary>
    public static readonly PrivateServer Ceph = new("private-ceph");

    /// <summary>A mail server; the line is its port, the folder of the mails, and the certificate that it proves itself with.</summary>
    public static readonly PrivateServer Mail = new("private-mail");

    /// <summary>Prometheus's Alertmanager; the line is its address.</summary>
    public static readonly PrivateServer Alertmanager = new("private-alertmanager");

    // Held, also when nobody holds the server: it stops when the pipe to its standard input closes.
    private static readonly ConcurrentBag<Process> s_keepers = [];

    private readonly Lazy<Task<string>> _line;

    private PrivateServer(params string[] script) => _line = new(() => StartAsync(script));

    /// <summary>Azurite that takes tokens of Entra ID, whose signatures it does not check.</summary>
    public static PrivateServer AzuriteOverTls(string certificateFile, string keyFile) => new("private-azurite", certificateFile, keyFile);

    /// <summary>What the script prints once the server answers.</summary>
    public Task<string> LineAsync() => _line.Value;

    private static async Task<string> StartAsync(string[] script)
    {
        var keeper = Process.Start(new ProcessStartInfo("setsid", [Repository.Path($"tests/Shared/{script[0]}"), .. script[1..]])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        s_keepers.Add(keeper);
        return await keeper.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException(await keeper.StandardError.ReadToEndAsync());
    }
}
