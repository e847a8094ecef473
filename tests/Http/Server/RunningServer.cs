using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Server;

/// <summary>A whole server with a home of its own: the base of fixtures, and of test classes that want a fresh one for each test.</summary>
public class RunningServer : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private WebApplication _app = null!;
    private Postgres? _postgres;

    public HttpClient Client { get; private set; } = null!;

    public string Home => _home.Path;

    public string Url => _app.Urls.First();

    public IServiceProvider Services => _app.Services;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected virtual DatabaseProvider Provider => DatabaseProvider.Sqlite;

    public T Part<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public virtual async ValueTask InitializeAsync()
    {
        _postgres = Provider == DatabaseProvider.Postgres ? await Postgres.CreateAsync(Ct) : null;
        _app = await ServerModule.StartAsync(
            new ServerSettings { Home = Home, Urls = ["http://127.0.0.1:0"], Database = _postgres?.ConnectionString }, Ct);
        Client = new HttpClient { BaseAddress = new Uri(Url) };
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        _home.Dispose();
    }
}
