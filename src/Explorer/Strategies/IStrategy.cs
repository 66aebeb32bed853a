namespace Testbed.Explorer;

/// <summary>
/// Chooses a schedule, step by step. It knows threads by number and operations by their record, and nothing of what
/// runs them.
/// </summary>
/// <remarks>
/// One worker uses an instance, from one thread at a time. All that it does in an execution follows from the arguments
/// of <see cref="Begin"/>, the calls since and the <see cref="Experience"/> of earlier rounds.
/// </remarks>
internal interface IStrategy
{
    /// <summary>A new execution begins.</summary>
    /// <param name="random">Where its random numbers come from.</param>
    /// <param name="execution">Which execution of the exploration it is, from 0.</param>
    /// <param name="expectedSteps">How many steps execution 0 took; 0 if this is execution 0.</param>
    void Begin(SchedulingRandom random, long execution, int expectedSteps);

    /// <summary>Says which thread takes the next step.</summary>
    /// <param name="point">Who could take it.</param>
    /// <returns>One of <see cref="SchedulingPoint.Enabled"/>.</returns>
    int Next(in SchedulingPoint point);

    /// <summary>Chooses a number for the code under test.</summary>
    /// <param name="bound">One more than the greatest.</param>
    uint Choose(uint bound);

    /// <summary>
    /// What the execution that has just ended taught, for the executions of later rounds; null if nothing.
    /// </summary>
    Lesson? Lesson => null;
}
