using Slipway.Security.Contracts;

namespace Slipway.Registry;

/// <summary>What becomes of models with their workspace; their history and gate decisions stay, or go where the models go.</summary>
internal static class WorkspaceModels
{
    public static WorkspaceRows Rows { get; } = new()
    {
        Kept = ["model_history", "gate_decisions"],
        Contents =
        [
            "delete from webhooks where workspace = @Workspace",
            "delete from model_aliases where workspace = @Workspace",
            "delete from model_versions where workspace = @Workspace",
            "delete from registered_models where workspace = @Workspace",
        ],
        Moves =
        [
            """
            insert into registered_models (workspace, name, description, tags, created_at, created_by, updated_at)
            select @Target, name, description, tags, created_at, created_by, updated_at from registered_models where workspace = @Workspace
            """,
            """
            insert into model_versions (
                workspace, model, number, tree, flavor, signature, run_id, description, tags, idempotency_key, created_at, created_by,
                source, run_link, logged_model_id, stage, updated_at)
            select
                @Target, model, number, tree, flavor, signature, run_id, description, tags, idempotency_key, created_at, created_by,
                source, run_link, logged_model_id, stage, updated_at
            from model_versions where workspace = @Workspace
            """,
            "update model_aliases set workspace = @Target where workspace = @Workspace",
            "update model_history set workspace = @Target where workspace = @Workspace and model in (select name from registered_models where workspace = @Workspace)",
            "update gate_decisions set workspace = @Target where workspace = @Workspace and model in (select name from registered_models where workspace = @Workspace)",
            "delete from model_versions where workspace = @Workspace",
            "delete from registered_models where workspace = @Workspace",
        ],

        // A name that was used there has its numbers in the history for ever.
        Taken =
        [
            """
            select 'model ' || r.name from registered_models r
            where r.workspace = @Workspace and (
                exists (select 1 from registered_models o where o.workspace = @Target and o.name = r.name)
                or exists (select 1 from model_history o where o.workspace = @Target and o.model = r.name))
            order by r.name
            """,
        ],
    };
}
