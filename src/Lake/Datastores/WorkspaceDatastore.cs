using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Datastores;

/// <summary>
/// <c>workspaceblobstore</c>, which every workspace of Azure ML has: a folder beside the content. One that is created under this
/// name takes its place; where content lies in a cloud there is no folder that all servers see, and so none by itself.
/// </summary>
internal sealed class WorkspaceDatastore(DataOptions options)
{
    private readonly ContentAddress _content = ContentAddress.Parse(options.Content, options.SharedHome ?? options.Home);

    public Datastore? Find(WorkspaceName workspace, string name)
    {
        if (name != DataUri.DefaultDatastore || _content.Store is not null)
            return null;
        return new Datastore
        {
            Workspace = workspace,
            Name = name,
            Type = "local",
            Settings = new Dictionary<string, string>
            {
                ["path"] = Directory.CreateDirectory(Path.Combine(_content.Folder, "datastores", workspace.Value, name)).FullName,
            },
            Description = "The workspace's own.",
            Tags = new Dictionary<string, string>(),
            ChangedAt = DateTimeOffset.UnixEpoch,
            ChangedBy = Caller.System.Principal,
        };
    }
}
