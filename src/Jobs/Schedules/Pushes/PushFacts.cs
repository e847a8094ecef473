namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>The names of what is known of a push: <c>${{trigger.commit}}</c>.</summary>
internal static class PushFacts
{
    public const string Repository = "repository", Ref = "ref", Branch = "branch", Commit = "commit", Before = "before", Author = "author", Message = "message";
}
