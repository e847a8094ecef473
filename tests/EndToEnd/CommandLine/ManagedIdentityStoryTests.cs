using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A server that asks the endpoint of its machine for tokens, as on App Service and on a virtual machine, against Azurite over TLS.</summary>
public sealed class ManagedIdentityStoryTests : IAsyncLifetime
{
    private const string Assigned = "11111111-2222-3333-4444-555555555555";

    private readonly TempFolder _folder = new();
    private readonly OwnAuthority _authority = new();
    private WebApplication _machine = null!;
    private string _azurite = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _authority.Issue();
        _azurite = await PrivateServer.AzuriteOverTls(_authority.CertificateFile, _authority.KeyFile).LineAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _machine = builder.Build();
        _machine.MapGet("/msi/token", (HttpRequest request) => request.Headers["X-IDENTITY-HEADER"] == "proof" ? Answer(request) : Results.StatusCode(401));
        _machine.MapGet("/metadata/identity/oauth2/token", (HttpRequest request) => request.Headers["Metadata"] == "true" ? Answer(request) : Results.StatusCode(400));
        await _machine.StartAsync(Ct);
        await PutAsync("lake?restype=container", "");
        await PutAsync("lake/raw/orders.csv", "id,price\n1,2\n2,30\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task On_App_Service_a_datastore_is_read_and_written_by_the_identity_that_is_assigned_or_the_machines_own()
    {
        using var server = await StartAsync(("IDENTITY_ENDPOINT", $"{_machine.Urls.First()}/msi/token"), ("IDENTITY_HEADER", "proof"));
        var address = server.Client.Server;
        await SlipwayProgram.AskAsync(address, "datastore", "create", "-f", Datastore("assigned", Assigned));
        await SlipwayProgram.AskAsync(address, "datastore", "create", "-f", Datastore("own", null));
        await SlipwayProgram.AskAsync(address, "datastore", "create", "-f", Datastore("unknown", "99999999-2222-3333-4444-555555555555"));

        await SlipwayProgram.AskAsync(address, "data", "create", "-n", "orders", "--path", "azureml://datastores/assigned/paths/raw/orders.csv");
        await SlipwayProgram.AskAsync(address, "data", "export", "-n", "orders", "--path", "azureml://datastores/own/paths/copy");
        await SlipwayProgram.AskAsync(address, "data", "create", "-n", "copied", "--path", "azureml://datastores/own/paths/copy");
        var rows = await SlipwayProgram.AskAsync(address, "sql", "select sum(price)::int as s from 'data:copied'");
        var refused = await SlipwayProgram.RunAsync("data", "create", "-n", "no", "--path", "azureml://datastores/unknown/paths/raw/orders.csv", "--server", address.ToString());

        Assert.Equal(32, (int)rows[0]!["s"]!);
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith("No token for the container 'lake' of the storage account 'slipwaytest'", refused.Error, StringComparison.Ordinal);
        Assert.EndsWith("Check that this identity is assigned to the server's machine.\n", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_virtual_machine_its_metadata_service_gives_the_token()
    {
        using var server = await StartAsync(("AZURE_POD_IDENTITY_AUTHORITY_HOST", _machine.Urls.First()));
        var address = server.Client.Server;
        await SlipwayProgram.AskAsync(address, "datastore", "create", "-f", Datastore("assigned", Assigned));

        await SlipwayProgram.AskAsync(address, "data", "create", "-n", "orders", "--path", "azureml://datastores/assigned/paths/raw/orders.csv");
        var rows = await SlipwayProgram.AskAsync(address, "sql", "select count(*)::int as n from 'data:orders'");

        Assert.Equal(2, (int)rows[0]!["n"]!);
    }

    private Task<ServerProcess> StartAsync(params (string Name, string Value)[] variables) =>
        ServerProcess.StartAsync(_folder.File("home"), Ct, variables: [.. variables, ("SSL_CERT_FILE", _authority.RootFile)]);

    private string Datastore(string name, string? client)
    {
        File.WriteAllText(
            _folder.File($"{name}.yml"),
            $"name: {name}\ntype: azure_blob\naccount_name: slipwaytest\ncontainer_name: lake\nendpoint: {_azurite}\n{(client is null ? "" : $"credentials: {{client_id: {client}}}\n")}");
        return _folder.File($"{name}.yml");
    }

    private async Task PutAsync(string path, string content)
    {
        using var client = _authority.Client(new Uri($"{_azurite}/"));
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new StringContent(content) };
        request.Headers.Authorization = new("Bearer", Token());
        request.Headers.Add("x-ms-version", "2021-12-02");
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var answer = await client.SendAsync(request, Ct);
        answer.EnsureSuccessStatusCode();
    }

    // As the two endpoints answer for the machine's own identity and for one that is assigned to it.
    private static IResult Answer(HttpRequest request)
    {
        if (request.Query["client_id"] is [{ } client] && client != Assigned)
            return Results.Json(new Dictionary<string, string> { ["error"] = "invalid_request", ["error_description"] = "Identity not found" }, statusCode: 400);
        return request.Query["resource"].ToString().TrimEnd('/') == "https://storage.azure.com"
            ? Results.Json(new Dictionary<string, string>
            {
                ["access_token"] = Token(),
                ["expires_on"] = $"{TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}",
                ["resource"] = "https://storage.azure.com",
                ["token_type"] = "Bearer",
            })
            : Results.StatusCode(400);
    }

    /// <summary>A token as Azurite checks it: issuer, audience, times.</summary>
    private static string Token()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = "https://sts.windows.net/acme/",
            ["aud"] = "https://storage.azure.com",
            ["nbf"] = now - 60,
            ["iat"] = now - 60,
            ["exp"] = now + 3600,
        };
        return $"{Part(new Dictionary<string, string> { ["alg"] = "HS256", ["typ"] = "JWT" })}.{Part(claims)}.c2lnbmVk";
    }

    private static string Part<T>(T value) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
