import { holdExercises } from "./hold-exercises.js";
import * as answers from "./paxos-answers.js";

holdExercises("3.1.1", answers);
