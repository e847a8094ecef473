using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A secret that was entrusted to a server is found nowhere: in no answer, no line of its log, no file of its home.</summary>
public sealed class PlantedSecretTests : IDisposable
{
    private const string Planted = "planted-5e1f-of-nobody-but-its-owner";

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<string> _log = [];
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Home => _folder.File("home");

    public void Dispose()
    {
        if (_server is { HasExited: false })
            _server.Kill();
        _server?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_secret_stays_where_it_was_put()
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Next()}") };
        await StartAsync(client.BaseAddress);
        await PlantAsync(client.BaseAddress);
        await UseAsync(client.BaseAddress);

        var document = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json", Ct))!;
        var answers = new List<string>();
        foreach (var path in document["paths"]!.AsObject().Where(path => path.Key.StartsWith("/api/v1/", StringComparison.Ordinal) && path.Value!["get"] is not null))
            answers.Add($"{path.Key} {await TextAsync(client, path.Key.Replace("{name}", "shop", StringComparison.Ordinal))}");
        await StopAsync();

        Assert.Contains(answers, answer => answer.StartsWith("/api/v1/connections ", StringComparison.Ordinal) && answer.Contains("\"shop\"", StringComparison.Ordinal));
        Assert.Contains(answers, answer => answer.StartsWith("/api/v1/audit ", StringComparison.Ordinal) && answer.Contains("secret", StringComparison.Ordinal));
        Assert.DoesNotContain(answers, answer => answer.Contains(Planted, StringComparison.Ordinal));
        Assert.NotEmpty(_log);
        Assert.DoesNotContain(_log, line => line.Contains(Planted, StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories), Holds);
    }

    private async Task StartAsync(Uri address)
    {
        var call = SlipwayProgram.Call("server", "--home", Home, "--urls", address.ToString(), "--verbose");
        (call.RedirectStandardOutput, call.RedirectStandardError) = (true, true);
        _server = Process.Start(call)!;
        _server.OutputDataReceived += (_, line) => Keep(line.Data);
        _server.ErrorDataReceived += (_, line) => Keep(line.Data);
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        await _listens.Task.WaitAsync(TimeSpan.FromMinutes(2), Ct);
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _log.Enqueue(line);
        if (line.StartsWith("Slipway listens", StringComparison.Ordinal))
            _listens.TrySetResult();
    }

    private async Task PlantAsync(Uri server)
    {
        var secret = await WriteAsync("token.txt", Planted);
        var store = await WriteAsync("store.yml", $"{{name: lake, type: s3, bucket: b, endpoint: 'http://127.0.0.1:1', region: r, credentials: {{access_key_id: me, secret_access_key: {Planted}}}}}");
        var connection = await WriteAsync("shop.yml", "{name: shop, type: postgres, target: 'Host=127.0.0.1;Port=1;Database=shop;Timeout=2', credentials: {type: username_password, username: me, password: ''}}");

        await DoneAsync(server, "secret", "set", "--name", "token", "--file", secret);
        await DoneAsync(server, "datastore", "create", "--file", store);
        await DoneAsync(server, "connection", "create", "--file", connection, "--credentials", $"password={Planted}");
        await DoneAsync(server, "online-endpoint", "create", "--name", "shop", "--auth-mode", "key");
        await DoneAsync(server, "online-endpoint", "regenerate-keys", "--name", "shop", "--key-type", "primary", "--key-value", Planted);
    }

    /// <summary>Uses that fail, for it is failures that tell too much.</summary>
    private async Task UseAsync(Uri server)
    {
        var import = await WriteAsync("import.yml", "{type: mltable, name: orders, source: {type: database, query: select 1, connection: 'azureml:shop'}, path: 'azureml://datastores/workspaceblobstore/paths/x'}");

        await FailedAsync(server, "data", "import", "--file", import, "--stream");
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        await File.WriteAllTextAsync(_folder.File(name), text, Ct);
        return _folder.File(name);
    }

    private static async Task DoneAsync(Uri server, params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);
        Assert.True(call.ExitCode == 0, $"{string.Join(' ', arguments)}: {call.Error}");
        Assert.DoesNotContain(Planted, call.Output + call.Error, StringComparison.Ordinal);
    }

    private static async Task FailedAsync(Uri server, params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);
        Assert.NotEqual(0, call.ExitCode);
        Assert.DoesNotContain(Planted, call.Output + call.Error, StringComparison.Ordinal);
    }

    private static async Task<string> TextAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Ct);
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    private async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_server!.Id}"]);
        // It returns when both streams were read to their end.
        await _server.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromMinutes(2), Ct);
    }

    private static bool Holds(string file) => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Planted)) >= 0;
}
