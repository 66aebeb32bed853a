namespace Testbed.Explorer;

/// <summary>What an execution has taught its strategy; booked in the order of executions.</summary>
internal abstract class Lesson
{
    /// <summary>Adds it to what later executions know.</summary>
    /// <param name="experience">What they know.</param>
    internal abstract void AddTo(Experience experience);
}
