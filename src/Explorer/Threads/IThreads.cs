namespace Testbed.Explorer;

/// <summary>
/// Runs controlled threads, exactly one at a time. The engine says which; when a body returns,
/// <see cref="Engine.Finish"/> is asked for the next.
/// </summary>
internal interface IThreads : IDisposable
{
    /// <summary>Runs an execution from its first thread's body until every thread has ended.</summary>
    void Run(ControlledThread root);

    /// <summary>
    /// Suspends the calling thread and starts or resumes another; returns when the caller is resumed.
    /// </summary>
    void Switch(ControlledThread self, ControlledThread next);

    /// <summary>Whether a thread could be resumed now: its frames are not below another's that has not ended.</summary>
    bool CanResume(ControlledThread thread);
}
