using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Serving;

public abstract class EndpointStoreContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Caller s_ann = new(WorkspaceName.Default, "ann");
    private static readonly Caller s_other = new(WorkspaceName.Parse("other"), "ann");

    protected override IEnumerable<IMigrations> Modules => [Migrations];

    private static EmbeddedMigrations Migrations { get; } = new("serving", typeof(ServingModule).Assembly);

    private EndpointStore Store => field ??= new EndpointStore(Database);

    private SegmentStore Segments => field ??= new SegmentStore(Database, Time);

    [Fact]
    public async Task The_tables_of_serving_are_the_reviewed_ones() =>
        await Golden.MatchAsync(await SchemaDump.OfAsync(Database, Migrations, Ct), $"schema.{Database.Provider}.txt");

    [Fact]
    public async Task An_endpoint_comes_back_with_its_deployments_and_traffic()
    {
        await PutAsync(s_ann, "flights", CollectMode.Wait, "blue", "green");
        var traffic = new Dictionary<string, int> { ["blue"] = 90, ["green"] = 10 };
        var known = await Database.WriteAsync(
            (tx, ct) => EndpointStore.SetTrafficAsync(tx, WorkspaceName.Default, "flights", traffic, 7, ct), Ct);

        var found = await Store.FindAsync(WorkspaceName.Default, "flights", Ct);

        Assert.True(known);
        Assert.Equal(CollectMode.Wait, found!.Collect);
        Assert.Equal(traffic, found.Traffic);
        Assert.Equal(["blue", "green"], found.Deployments.Select(deployment => deployment.Name));
        Assert.Equal(Deployment("flights", "blue"), found.Deployments[0]);
    }

    [Fact]
    public async Task The_code_of_a_deployment_and_the_folder_of_its_image_are_kept_by_it()
    {
        await PutAsync(s_ann, "flights", CollectMode.Wait, "blue");
        var (code, image) = (Digest.Of("code"u8), Digest.Of("image"u8));
        var settings = new DeploymentSettings { Code = code.ToString(), Proxy = new ProxySettings { Container = new ContainerSettings { Build = image.ToString() } } };
        await Database.WriteAsync((tx, ct) => EndpointStore.PutDeploymentAsync(tx, s_ann, Deployment("flights", "green") with { Settings = settings }, ct), Ct);

        var roots = new List<ContentRoot>();
        await foreach (var root in new DeploymentRoots(Database).ListAsync(Ct))
            roots.Add(root);

        Assert.Equal(new HashSet<Digest> { code, image }, [.. roots.Select(root => root.Digest)]);
        Assert.Equal(["deployment:flights/green"], roots.Select(root => root.Node).Distinct());
    }

    [Fact]
    public async Task An_endpoint_that_is_put_again_keeps_its_traffic()
    {
        await PutAsync(s_ann, "flights", CollectMode.Drop, "blue");
        var traffic = new Dictionary<string, int> { ["blue"] = 100 };
        await Database.WriteAsync((tx, ct) => EndpointStore.SetTrafficAsync(tx, WorkspaceName.Default, "flights", traffic, 7, ct), Ct);
        await PutAsync(s_ann, "flights", CollectMode.Off);

        var found = await Store.FindAsync(WorkspaceName.Default, "flights", Ct);

        Assert.Equal((CollectMode.Off, 100), (found!.Collect, found.Traffic["blue"]));
    }

    [Fact]
    public async Task Endpoints_of_other_workspaces_are_seen_only_by_who_asks_for_all()
    {
        await PutAsync(s_ann, "flights", CollectMode.Drop, "blue");
        await PutAsync(s_other, "flights", CollectMode.Drop, "red");

        var own = Assert.Single(await Store.ListAsync(WorkspaceName.Default, Ct));
        var all = await Store.ListAllAsync(Ct);

        Assert.Equal("blue", Assert.Single(own.Deployments).Name);
        Assert.Equal(["default/blue", "other/red"], all.Select(found => $"{found.Workspace}/{found.Endpoint.Deployments.Single().Name}"));
        Assert.Null(await Store.FindAsync(WorkspaceName.Default, "trains", Ct));
    }

    [Fact]
    public async Task What_is_deleted_is_gone()
    {
        await PutAsync(s_ann, "flights", CollectMode.Drop, "blue", "green");

        await Database.WriteAsync((tx, ct) => EndpointStore.DeleteDeploymentAsync(tx, WorkspaceName.Default, "flights", "blue", ct), Ct);
        var rest = await Store.FindAsync(WorkspaceName.Default, "flights", Ct);
        await Database.WriteAsync(
            async (tx, ct) =>
            {
                await EndpointStore.DeleteDeploymentAsync(tx, WorkspaceName.Default, "flights", "green", ct);
                await EndpointStore.DeleteEndpointAsync(tx, WorkspaceName.Default, "flights", ct);
            },
            Ct);

        Assert.Equal("green", Assert.Single(rest!.Deployments).Name);
        Assert.Null(await Store.FindAsync(WorkspaceName.Default, "flights", Ct));
    }

    [Fact]
    public async Task Segments_are_found_by_the_window_that_they_touch()
    {
        await Segments.AddAnswersAsync(Segment("a", 1000, 1999), Ct);
        await Segments.AddAnswersAsync(Segment("b", 2000, 2999), Ct);

        async Task<IEnumerable<string>> FoundAsync(long from, long to) =>
            (await Segments.ListAnswersAsync(WorkspaceName.Default, "flights", from.ToTime(), to.ToTime(), Ct)).Select(found => found.MinRequest);

        Assert.Equal(["a"], await FoundAsync(0, 1500));
        Assert.Equal(["a", "b"], await FoundAsync(1999, 2000));
        Assert.Empty(await FoundAsync(3000, 9000));
        Assert.Equal(["b", "a"], (await Segments.ListNewestAnswersAsync(WorkspaceName.Default, null, Ct)).Select(found => found.MinRequest));
        Assert.Empty(await Segments.ListNewestAnswersAsync(WorkspaceName.Default, "trains", Ct));
    }

    [Fact]
    public async Task A_segment_comes_back_as_it_was_added()
    {
        var answers = Segment("a", 1000, 1999);
        var labels = answers with { Deployment = null, Model = null, ModelVersion = null, MinEventTime = 0, MaxEventTime = 0 };
        await Segments.AddAnswersAsync(answers, Ct);
        await Segments.AddLabelsAsync(labels, Ct);

        Assert.Equal(answers, Assert.Single(await Segments.ListNewestAnswersAsync(WorkspaceName.Default, "flights", Ct)));
        Assert.Equal(labels, Assert.Single(await Segments.ListLabelsAsync(WorkspaceName.Default, "flights", Ct)));
    }

    private Task PutAsync(Caller caller, string endpoint, CollectMode collect, params string[] deployments) => Database.WriteAsync(
        async (tx, ct) =>
        {
            await EndpointStore.PutEndpointAsync(tx, caller, endpoint, collect, 5, ct);
            foreach (var name in deployments)
                await EndpointStore.PutDeploymentAsync(tx, caller, Deployment(endpoint, name), ct);
        },
        Ct);

    private static OnlineDeployment Deployment(string endpoint, string name) => new()
    {
        Endpoint = endpoint,
        Name = name,
        Model = "late",
        ModelVersion = 3,
        State = EndpointStore.Failed,
        Message = "it is no model",
        CreatedAt = 1234L.ToTime(),
    };

    private static Segment Segment(string request, long from, long to) => new()
    {
        Workspace = "default",
        Endpoint = "flights",
        Deployment = "blue",
        Model = "late",
        ModelVersion = 3,
        Digest = Digest.Of([1]),
        Rows = 10,
        SizeBytes = 20,
        MinEventTime = from,
        MaxEventTime = to,
        MinRequest = request,
        MaxRequest = request + "z",
    };
}

public sealed class EndpointStoreOnSqlite() : EndpointStoreContract(DatabaseProvider.Sqlite);

public sealed class EndpointStoreOnPostgres() : EndpointStoreContract(DatabaseProvider.Postgres);
