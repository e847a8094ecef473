using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Slipway.Data;
using Slipway.ObjectStores;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.ObjectStores;

/// <summary>The whole server, with its content in a container of Azure and a datastore beside it.</summary>
public abstract class DatastoreBed(DatabaseProvider provider) : IAsyncLifetime
{
    private Postgres? _postgres;
    private WebApplication _app = null!;

    // As a user gives it to the server; no other test of this process talks to Azure by its environment.
    static DatastoreBed() => Environment.SetEnvironmentVariable("AZURE_STORAGE_KEY", Stores.AzureKey.AccountKey);

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected TempFolder Home { get; } = new();

    private protected ObjectStoreAddress.AzureBlob ContentContainer { get; private set; } = null!;

    private protected ObjectStoreAddress.AzureBlob DataContainer { get; private set; } = null!;

    private protected IObjectStore Objects { get; private set; } = null!;

    private protected HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = provider == DatabaseProvider.Postgres ? await Postgres.CreateAsync(Ct) : null;
        ContentContainer = await Stores.NewContainerAsync(Ct);
        DataContainer = await Stores.NewContainerAsync(Ct);
        Objects = Stores.Opener().Open(DataContainer, Stores.AzureKey);
        _app = await ServerModule.StartAsync(
            new ServerSettings
            {
                Home = Home.Path,
                Urls = ["http://127.0.0.1:0"],
                Database = _postgres?.ConnectionString,
                Content = Place(ContentContainer.Container),
            },
            Ct);
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        Home.Dispose();
    }

    private protected Task<JsonNode> CreateDatastoreAsync() => PostAsync("datastores", new
    {
        definition =
            $"""
            $schema: https://azuremlschemas.azureedge.net/latest/azureBlob.schema.json
            name: lake
            type: azure_blob
            account_name: slipwaytest
            container_name: {DataContainer.Container}
            endpoint: {DataContainer.Endpoint}
            credentials:
              account_key: {Stores.AzureKey.AccountKey}
            """,
    });

    private protected Task WriteAsync(string name, string text) =>
        Objects.WriteAsync(name, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), WriteCondition.None, Ct);

    private protected async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync($"/api/v1/{path}", Ct))!;

    private protected async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await Client.PostAsJsonAsync($"/api/v1/{path}", body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private protected async Task PatchAsync(string path, object body)
    {
        using var answer = await Client.PatchAsJsonAsync($"/api/v1/{path}", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private protected async Task<string> RefusedAsync(string path, object body)
    {
        using var answer = await Client.PostAsJsonAsync($"/api/v1/{path}", body, Ct);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        return $"{(int)answer.StatusCode} {problem["detail"]}";
    }

    private protected string Place(string container) =>
        $"azure://slipwaytest/{container}/team?endpoint={Uri.EscapeDataString(ContentContainer.Endpoint.ToString())}";
}
