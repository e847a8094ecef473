using System.Collections.Frozen;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>Which of the active and the deleted a search is about.</summary>
public enum Lifecycle
{
    ActiveOnly = 1,
    DeletedOnly = 2,
    All = 3,
}

/// <summary>MLflow's enum ViewType.</summary>
public static class ViewType
{
    private static readonly FrozenDictionary<string, int> s_numbers = new Dictionary<string, int>
    {
        ["ACTIVE_ONLY"] = (int)Lifecycle.ActiveOnly,
        ["DELETED_ONLY"] = (int)Lifecycle.DeletedOnly,
        ["ALL"] = (int)Lifecycle.All,
    }.ToFrozenDictionary();

    public static Lifecycle Of(MlflowFields fields, string name) =>
        (Lifecycle)(fields.Enum(name, s_numbers) ?? (int)Lifecycle.ActiveOnly);

    /// <summary>" and a.deleted = false", or "" for all.</summary>
    public static string Condition(Lifecycle view, string alias) => view switch
    {
        Lifecycle.ActiveOnly => $" and {alias}.deleted = false",
        Lifecycle.DeletedOnly => $" and {alias}.deleted = true",
        _ => "",
    };
}
