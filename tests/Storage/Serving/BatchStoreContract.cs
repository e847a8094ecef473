using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving;
using Slipway.Serving.Batch;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Serving;

public abstract class BatchStoreContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Digest s_code = Digest.Of("code"u8);

    protected override IEnumerable<IMigrations> Modules => [new EmbeddedMigrations("serving", typeof(ServingModule).Assembly)];

    private BatchStore Store => field ??= new BatchStore(Database, Time);

    [Fact]
    public async Task A_deployment_comes_back_as_it_was_kept_and_a_second_one_of_its_name_replaces_it()
    {
        await GivenAsync(("trees", true));
        await PutAsync(Deployment("trees") with { ModelVersion = 4 }, setDefault: false);

        var found = await Store.GetAsync(WorkspaceName.Default, "nightly", Ct);

        Assert.Equal(("trees", "word", "v"), (found.DefaultDeployment, found.Description, found.Tags["t"]));
        var kept = Assert.Single(found.Deployments);
        Assert.Equal(("late", 4, s_code), (kept.Model, kept.ModelVersion, kept.Files["src"]));
        Assert.Equal(5, (int)kept.Definition["settings"]!["mini_batch_size"]!);
    }

    [Fact]
    public async Task A_default_that_is_deleted_is_nobodys_default_any_more()
    {
        await GivenAsync(("trees", true), ("other", false));

        await Store.DeleteDeploymentAsync(WorkspaceName.Default, "nightly", "other", Ct);
        Assert.Equal("trees", (await Store.GetAsync(WorkspaceName.Default, "nightly", Ct)).DefaultDeployment);
        await Store.DeleteDeploymentAsync(WorkspaceName.Default, "nightly", "trees", Ct);

        var left = await Store.GetAsync(WorkspaceName.Default, "nightly", Ct);
        Assert.Equal((null, 0), (left.DefaultDeployment, left.Deployments.Count));
    }

    [Fact]
    public async Task Jobs_are_noted_once_and_listed_by_deployment_newest_first()
    {
        await GivenAsync(("trees", true), ("other", false));

        Assert.True(await Store.AddJobAsync(WorkspaceName.Default, Deployment("trees"), "a", Ct));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await Store.AddJobAsync(WorkspaceName.Default, Deployment("other"), "b", Ct));
        Assert.False(await Store.AddJobAsync(WorkspaceName.Default, Deployment("other"), "a", Ct));

        Assert.Equal(["b", "a"], (await Store.ListJobsAsync(WorkspaceName.Default, "nightly", null, 10, Ct)).Select(row => row.Job));
        Assert.Equal(["a"], (await Store.ListJobsAsync(WorkspaceName.Default, "nightly", "trees", 10, Ct)).Select(row => row.Job));
        await Store.ForgetJobAsync(WorkspaceName.Default, "b", Ct);
        Assert.Equal(["a"], (await Store.ListJobsAsync(WorkspaceName.Default, "nightly", null, 10, Ct)).Select(row => row.Job));
        await Store.DeleteEndpointAsync(WorkspaceName.Default, "nightly", Ct);
        Assert.Null(await Store.FindAsync(WorkspaceName.Default, "nightly", Ct));
    }

    [Fact]
    public async Task The_code_of_a_deployment_is_kept_by_it()
    {
        await GivenAsync(("trees", true));

        var roots = new List<ContentRoot>();
        await foreach (var root in new BatchRoots(Database).ListAsync(Ct))
            roots.Add(root);

        Assert.Equal([(s_code, "batch-deployment:nightly/trees")], roots.Select(root => (root.Digest, root.Node)));
    }

    private async Task GivenAsync(params (string Name, bool IsDefault)[] deployments)
    {
        var endpoint = new BatchEndpoint
        {
            Name = "nightly",
            Description = "word",
            Tags = new Dictionary<string, string> { ["t"] = "v" },
            CreatedAt = default,
            Deployments = [],
        };
        await Store.PutEndpointAsync(Caller.System, endpoint, Ct);
        foreach (var (name, isDefault) in deployments)
            await PutAsync(Deployment(name), isDefault);
    }

    private Task PutAsync(BatchDeployment deployment, bool setDefault) =>
        Database.WriteAsync((tx, ct) => Store.PutDeploymentAsync(tx, Caller.System, deployment, setDefault, ct), Ct);

    private static BatchDeployment Deployment(string name) => new()
    {
        Endpoint = "nightly",
        Name = name,
        Type = BatchDeployment.OfModel,
        Model = "late",
        ModelVersion = 3,
        Definition = new JsonObject { ["settings"] = new JsonObject { ["mini_batch_size"] = 5 } },
        Source = "trees.yml",
        Files = new Dictionary<string, Digest> { ["src"] = s_code },
        CreatedAt = default,
    };
}

public sealed class BatchStoreOnSqlite() : BatchStoreContract(DatabaseProvider.Sqlite);

public sealed class BatchStoreOnPostgres() : BatchStoreContract(DatabaseProvider.Postgres);
