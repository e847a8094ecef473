using System.Diagnostics;

namespace Slipway.Shared;

/// <summary>
/// The PostgreSQL server of this test run: the one named by SLIPWAY_TEST_POSTGRES, else a private one that starts with
/// the first test that asks and ends with the process.
/// </summary>
public static class PostgresServer
{
    public const string Variable = "SLIPWAY_TEST_POSTGRES";

    private static readonly Lazy<Task<string>> s_connectionString = new(StartAsync);

    // Held for as long as the process lives: the server stops when the pipe to its standard input closes.
    private static Process? s_keeper;

    public static Task<string> ConnectionStringAsync() => s_connectionString.Value;

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;

        // A session of its own, so that a signal to the group of the tests does not end the keeper before the server.
        s_keeper = Process.Start(new ProcessStartInfo("setsid", [Repository.Path("tests/Shared/private-postgres")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        return await s_keeper.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException(await s_keeper.StandardError.ReadToEndAsync());
    }
}
